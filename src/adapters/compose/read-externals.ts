import * as z from 'zod'
import type { External } from '../../deploy/model/surroundings.ts'
import type { RawModel, RawService } from './raw-model.ts'

const definition = z.looseObject({ external: z.literal(true), name: z.string().optional() })
const use = z.union([z.string(), z.looseObject({ source: z.string() }).transform(({ source }) => source)])

/** Networks, volumes, secrets and configs that services use and that the file declares as `external`, each once. */
export function readExternals(raw: RawModel): { externals?: External[] } {
  const found = Object.entries(raw.services).flatMap(([service, it]) => [
    ...externalsIn(raw.networks, Object.keys(it.networks ?? {}), { kind: 'network', service }),
    ...externalsIn(raw.volumes, volumesOf(it), { kind: 'volume', service }),
    ...externalsIn(raw.secrets, usesOf(it['secrets']), { kind: 'secret', service }),
    ...externalsIn(raw.configs, usesOf(it['configs']), { kind: 'config', service }),
  ])
  const externals = [...new Map(found.map((it) => [`${it.kind} ${it.name}`, it])).values()]
  return externals.length === 0 ? {} : { externals }
}

function externalsIn(
  definitions: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  use: Pick<External, 'kind' | 'service'>,
): External[] {
  return keys.flatMap((key) => {
    const external = definition.safeParse(definitions[key]).data
    return external === undefined ? [] : [{ ...use, name: external.name ?? key }]
  })
}

function volumesOf({ volumes }: RawService): string[] {
  return volumes.flatMap(({ type, source }) => (type === 'volume' && source !== undefined ? [source] : []))
}

function usesOf(used: unknown): string[] {
  return z.array(use).safeParse(used).data ?? []
}
