import type { Container } from '../../model/container.ts'
import type { Neighbour } from '../../model/neighbour.ts'
import type { Engine } from '../../model/ports.ts'
import type { ProxyKind } from '../../model/proxy.ts'
import { proxyOfCommand, proxyOfProcesses } from './recognise-proxy.ts'

/** Proxies that look a name up when they start, and keep its address: they do not notice that a container is replaced. */
const KEEPS_ADDRESSES: readonly (ProxyKind | undefined)[] = ['nginx', 'haproxy']

/**
 * The proxies of other projects that share a network with the app and keep the addresses of its containers. Throws what the
 * Engine throws.
 */
export async function observeNeighbours(
  containers: readonly Container[],
  { project, engine }: { project: string; engine: Pick<Engine, 'neighbours' | 'processes'> },
): Promise<Neighbour[]> {
  const networks = [...new Set(containers.flatMap((it) => it.networks.map(({ name }) => name)))]
  if (networks.length === 0) return []
  const found = await Promise.all(
    (await engine.neighbours(project, networks)).map(async ({ project: from, container }) => {
      const { id, name, command } = container
      const started = proxyOfCommand(command)
      const kind = started === 'unknown' ? proxyOfProcesses((await engine.processes(id)) ?? []) : started
      if (kind === undefined || kind === 'other' || !KEEPS_ADDRESSES.includes(kind)) return []
      return [{ id, name, project: from, kind, networks: container.networks }]
    }),
  )
  return found.flat()
}
