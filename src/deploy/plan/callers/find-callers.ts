import type { Caller } from '../../model/proxies/caller.ts'
import { readAccepted, readOpened } from '../../model/proxies/connections.ts'
import type { Container } from '../../model/container.ts'
import type { Neighbour } from '../../model/proxies/neighbour.ts'

/**
 * Which containers have, or had in the last minute, a connection to one of another service of the app. `tables`: of the containers,
 * by id; one without is seen from the other side only.
 */
export function findCallers(
  containers: readonly Container[],
  { neighbours, tables }: { neighbours: readonly Neighbour[]; tables: ReadonlyMap<string, string> },
): Caller[] {
  const running = containers.filter(({ state, oneOff }) => state === 'running' && !oneOff)
  const found = running.flatMap((called): Caller[] => {
    const accepted = readAccepted(tables.get(called.id) ?? '').map(({ from }) => from)
    const addresses = addressesOf(called)
    const isCaller = (it: Container | Neighbour): boolean =>
      addressesOf(it).some((address) => accepted.includes(address)) ||
      readOpened(tables.get(it.id) ?? '', addresses).length > 0
    return [
      ...running
        .filter((it) => it.service !== called.service && isCaller(it))
        .map(({ service }) => ({ to: called.service, from: service })),
      ...neighbours.filter(isCaller).map((from) => ({ to: called.service, from })),
    ]
  })
  return [...new Map(found.map((it) => [JSON.stringify(it), it])).values()]
}

function addressesOf({ networks }: Pick<Container, 'networks'> | Neighbour): string[] {
  return networks.flatMap(({ address }) => (address === '' ? [] : [address]))
}
