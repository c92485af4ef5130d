import * as z from 'zod'
import type { External } from '../../deploy/model/surroundings.ts'
import type { RawModel, RawService } from './raw-model.ts'

const definition = z.looseObject({ external: z.literal(true), name: z.string().optional() })
const use = z.union([z.string(), z.looseObject({ source: z.string() }).transform(({ source }) => source)])

type Use = Pick<External, 'kind' | 'name'> & { service: string }

/** Networks, volumes, secrets and configs that services use and that the file declares as `external`, each once. */
export function readExternals(raw: RawModel): { externals?: External[] } {
  const uses = Object.entries(raw.services).flatMap(([service, it]) => [
    ...usesIn(raw.networks, Object.keys(it.networks ?? {}), { kind: 'network', service }),
    ...usesIn(raw.volumes, volumesOf(it), { kind: 'volume', service }),
    ...usesIn(raw.secrets, usesOf(it['secrets']), { kind: 'secret', service }),
    ...usesIn(raw.configs, usesOf(it['configs']), { kind: 'config', service }),
  ])
  const externals = new Map<string, External>()
  for (const { kind, name, service } of uses) {
    const services = externals.get(`${kind} ${name}`)?.services ?? []
    externals.set(`${kind} ${name}`, { kind, name, services: [...new Set([...services, service])] })
  }
  return externals.size === 0 ? {} : { externals: [...externals.values()] }
}

function usesIn(
  definitions: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  use: Pick<Use, 'kind' | 'service'>,
): Use[] {
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
