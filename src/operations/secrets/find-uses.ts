import type { Service } from '../../check/model/compose.ts'
import { settingOf } from '../../check/model/compose.ts'
import { blankComments } from '../../check/parse/blank-comments.ts'
import { childOf, plainValue, scalarText } from '../../check/parse/yaml-tree.ts'
import { placeOf, textOf, type SourceFile } from '../../check/source-file.ts'
import { isAppEnvFile, readEnvFiles, readPassed } from '../../shared/compose-file.ts'
import { findVariables } from '../../shared/compose-template.ts'

/** Variables that dray.yml uses as `$NAME` for a value, with the line. */
export function findConfigUses(file: SourceFile): { name: string; at: string }[] {
  return namesIn(file, /[:[,-]\s*["']?\$\{?([A-Z_][A-Z0-9_]*)\}?["']?\s*(?:[,\]}\n]|$)/g).map(
    ({ offset, found }) => ({
      name: found[1] ?? '',
      at: `${file.path}:${placeOf(file.text, offset).line}`,
    }),
  )
}

/** Variables that a service reads from `.env`. */
export type ServiceUse = {
  service: string
  /** `env_file: .env`: it reads all of them. */
  readsAll: boolean
  /** Variables in its definition, or the content of a secret or config of it; true if required, since there is no default. */
  variables: ReadonlyMap<string, boolean>
}

export function readServiceUse(service: Service): ServiceUse {
  const paths = readEnvFiles(plainValue(settingOf(service, 'env_file')))
  const variables = new Map<string, boolean>()
  for (const node of service.nodes) {
    for (const { name, required } of findVariables(blankComments(textOf(node))))
      variables.set(name, required || variables.get(name) === true)
  }
  for (const name of readPassed(plainValue(settingOf(service, 'environment'))))
    variables.set(name, variables.get(name) === true)
  for (const name of findContentVariables(service)) variables.set(name, true)
  return { service: service.name, readsAll: paths.some(isAppEnvFile), variables }
}

/** Variables that are the content of the service's secrets and configs: `secrets: { key: { environment: API_KEY } }`. */
function findContentVariables(service: Service): string[] {
  return (['secrets', 'configs'] as const).flatMap((kind) => {
    const used = [plainValue(settingOf(service, kind))].flat().map((it) => {
      return typeof it === 'object' && it !== null && 'source' in it ? it.source : it
    })
    return service.app.files.flatMap(({ root }) =>
      used.flatMap(
        (name) => scalarText(childOf(childOf(childOf(root, kind), String(name)), 'environment')) ?? [],
      ),
    )
  })
}

function namesIn(file: SourceFile, pattern: RegExp): { offset: number; found: RegExpExecArray }[] {
  return [...blankComments(file.text).matchAll(pattern)].map((found) => ({ offset: found.index, found }))
}
