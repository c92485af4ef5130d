import { readFile } from 'node:fs/promises'
import { join, normalize, posix } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import { ignoredByGit, isEnvFile } from './list-files.ts'

const oneOrMany = z.union([z.string(), z.array(z.string())])
const envFileEntry = z.union([z.string(), z.looseObject({ path: z.string() })])

/** The places where a compose file names another file that Compose reads to make its model. */
const namesSchema = z.looseObject({
  include: z
    .array(
      z.union([z.string(), z.looseObject({ path: oneOrMany.optional(), env_file: oneOrMany.optional() })]),
    )
    .nullish(),
  services: z
    .record(
      z.string(),
      z
        .looseObject({
          extends: z.union([z.string(), z.looseObject({ file: z.string().optional() })]).nullish(),
          env_file: z.union([envFileEntry, z.array(envFileEntry)]).nullish(),
          label_file: oneOrMany.nullish(),
        })
        .nullish(),
    )
    .nullish(),
})

/**
 * The compose files and all the files that they include, extend or read, as paths relative to `directory`; those that are
 * the server's own, as `.env` is, are left out. Only names are looked for here: what they mean is Compose's business.
 * Throws COMPOSE_MISSING when a compose file itself is not there, and COMPOSE_INVALID when it is not YAML.
 */
export async function composeReferences(
  directory: string,
  composeFiles: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  const visit = async (path: string, required: boolean): Promise<void> => {
    const name = posix.normalize(normalize(path).replaceAll('\\', '/'))
    if (found.has(name) || isEnvFile(name) || name.startsWith('..') || name.startsWith('/')) return
    const text = await readFile(join(directory, name), 'utf8').catch(() => undefined)
    if (text === undefined) {
      if (required) throw new DrayError('COMPOSE_MISSING', `There is no ${name} in ${directory}.`)
      return
    }
    found.add(name)
    if (!/\.ya?ml$/.test(name)) return
    for (const next of namedIn(text, name)) await visit(posix.join(posix.dirname(name), next), false)
  }
  for (const file of composeFiles) await visit(file, true)
  // An env file that git ignores is a secret of this machine's, or the server's own.
  const ignored = await ignoredByGit(directory, [...found])
  return [...found].filter((name) => /\.ya?ml$/.test(name) || !ignored.has(name))
}

function namedIn(text: string, name: string): string[] {
  let content: unknown
  try {
    content = parse(text, { merge: true, logLevel: 'error' })
  } catch (error) {
    const reason =
      error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/:$/, '.') : String(error)
    throw new DrayError('COMPOSE_INVALID', `${name} is not YAML: ${reason}`, { cause: error })
  }
  const names = namesSchema.safeParse(content)
  if (!names.success) return []
  const services = Object.values(names.data.services ?? {})
  return [
    ...(names.data.include ?? []).flatMap((it) =>
      typeof it === 'string' ? [it] : [it.path ?? [], it.env_file ?? []].flat(),
    ),
    ...services.flatMap((service) =>
      typeof service?.extends === 'object' ? (service.extends?.file ?? []) : [],
    ),
    ...services.flatMap((service) =>
      [service?.env_file ?? []].flat().map((it) => (typeof it === 'string' ? it : it.path)),
    ),
    ...services.flatMap((service) => [service?.label_file ?? []].flat()),
  ]
}
