import type { Container } from '../../model/container.ts'
import type { Neighbour } from '../../model/proxies/neighbour.ts'
import type { Engine } from '../../model/ports.ts'
import { proxyOfCommand, proxyOfProcesses } from './recognise-proxy.ts'

/** The containers of other projects that share a network with the app. Throws what the Engine throws. */
export async function observeNeighbours(
  containers: readonly Container[],
  { project, engine }: { project: string; engine: Pick<Engine, 'neighbours' | 'processes'> },
): Promise<Neighbour[]> {
  const networks = [...new Set(containers.flatMap((it) => it.networks.map(({ name }) => name)))]
  if (networks.length === 0) return []
  return Promise.all(
    (await engine.neighbours(project, networks)).map(async ({ project: from, container }) => {
      const { id, name, command } = container
      const started = proxyOfCommand(command)
      const kind = started === 'unknown' ? proxyOfProcesses((await engine.processes(id)) ?? []) : started
      const known = kind === undefined || kind === 'other' ? {} : { kind }
      return { id, name, project: from, ...known, networks: container.networks, container }
    }),
  )
}
