import type { Caller } from '../../model/caller.ts'
import { readAccepted, readOpened, tryReadTable } from '../../model/connections.ts'
import type { Container } from '../../model/container.ts'
import type { Neighbour } from '../../model/neighbour.ts'
import type { Engine } from '../../model/ports.ts'

/**
 * Reads which containers have, or had in the last minute, a connection to one of another service of the app. Containers without
 * `cat` are seen from the other side only. Throws what the Engine throws.
 */
export async function observeCallers(
  containers: readonly Container[],
  { neighbours, engine }: { neighbours: readonly Neighbour[]; engine: Pick<Engine, 'exec'> },
): Promise<Caller[]> {
  const running = containers.filter(({ state, oneOff }) => state === 'running' && !oneOff)
  if (running.length + neighbours.length < 2) return []
  const tables = new Map(
    await Promise.all(running.map(async (it) => [it.id, await tryReadTable(it, engine)] as const)),
  )
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
