import { mapNonEmpty, type NonEmpty } from '../shared/non-empty.ts'
import type { EnvironmentBlock } from './schema.ts'

type Hosts = Pick<EnvironmentBlock, 'host' | 'hosts'>

/** The hosts of an environment, in the order of the file; undefined where it names none, which the rules refuse. */
export function hostsOf({ host, hosts }: Hosts): NonEmpty<string> | undefined {
  if (hosts !== undefined) return mapNonEmpty(hosts, (it) => (typeof it === 'string' ? it : it.host))
  return host === undefined ? undefined : [host]
}

/** The services of each host that runs only some of them. */
export function rolesOf({ hosts }: Pick<Hosts, 'hosts'>): Record<string, readonly string[]> {
  return Object.fromEntries(
    (hosts ?? []).flatMap((it) => (typeof it === 'string' ? [] : [[it.host, it.services] as const])),
  )
}
