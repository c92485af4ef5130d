import { findDirectCallers, nameCaller } from '../../model/proxies/caller.ts'
import { readAccepted, tryReadTable } from '../../model/proxies/connections.ts'
import type { Container } from '../../model/container.ts'
import type { HostRun } from '../execution.ts'

/** The open connections to containers of a service by those that call it directly: `2 connections of web open`. */
export async function describeOpen(
  service: string,
  containers: readonly Container[],
  { observation, done, host }: HostRun,
): Promise<string[]> {
  const callers = findDirectCallers(service, observation)
  if (callers.length === 0) return []
  const tables = await Promise.all(containers.map((it) => tryReadTable(it, host.engine)))
  const open = tables.flatMap(readAccepted).filter(({ isOpen }) => isOpen)
  const known = [...observation.containers, ...[...done.fresh.values()].flat()]
  return callers.flatMap((caller) => {
    const from = typeof caller === 'string' ? known.filter((it) => it.service === caller) : [caller]
    const addresses = from.flatMap(({ networks }) => networks.map(({ address }) => address))
    const count = open.filter((it) => addresses.includes(it.from)).length
    if (count === 0) return []
    return [`${count} ${count === 1 ? 'connection' : 'connections'} of ${nameCaller(caller)} open`]
  })
}
