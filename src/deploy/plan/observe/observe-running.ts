import { posix } from 'node:path'
import { parseComposeContent } from '../../../shared/compose-file.ts'
import type { Container } from '../../model/container.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { BundleFile, TargetHost } from '../../model/ports.ts'
import type { Neighbour } from '../../model/proxies/neighbour.ts'
import { observeNeighbours } from '../proxies/observe-neighbours.ts'
import { observeProxies, permittedNeighbours, type ProxyObservations } from '../proxies/find-proxies.ts'
import { readTables } from './read-tables.ts'

/** What runs of a Compose project, and beside it. */
export type Running = {
  project: string
  containers: Promise<readonly Container[]>
  /** Containers of other projects that share a network with it. */
  neighbours: Promise<readonly Neighbour[]>
  /** The proxies among both. */
  proxies: Promise<ProxyObservations>
  /** `readTables` of its containers. */
  tables: Promise<ReadonlyMap<string, string>>
}

/** Begins to read what runs; each part rejects with what the Engine throws, where it is awaited. */
export function observeRunning(
  project: string,
  { host, desired }: { host: Pick<TargetHost, 'engine' | 'prober'>; desired: DesiredRelease },
): Running {
  const { engine } = host
  const containers = engine.containers(project)
  const neighbours = containers.then((found) => observeNeighbours(found, { project, engine }))
  const own = containers.then((found) => observeProxies(found, engine))
  const others = neighbours.then((found) =>
    observeProxies(
      permittedNeighbours(found, desired).map(({ container }) => container),
      engine,
    ),
  )
  const proxies = Promise.all([own, others]).then(([one, other]) => joinMaps(one, other))
  const tables = containers.then((found) => readTables(found, host))
  for (const part of [containers, neighbours, proxies, tables]) part.catch(() => undefined)
  return { project, containers, neighbours, proxies, tables }
}

/**
 * The project's name as far as the compose files tell it, by the rules of Compose; the server's `.env` may set another one.
 * https://docs.docker.com/compose/how-tos/project-name/
 */
export function guessProject(composeFiles: readonly BundleFile[], path: string): string {
  const names = composeFiles
    .filter((file) => /\.ya?ml$/.test(file.path))
    .flatMap(({ content }) => parseComposeContent(content).name ?? [])
  const directory = posix.basename(path).toLowerCase()
  return names[0] ?? directory.replaceAll(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '')
}

function joinMaps(one: ProxyObservations, other: ProxyObservations): ProxyObservations {
  return {
    processes: new Map([...one.processes, ...other.processes]),
    caddies: new Map([...one.caddies, ...other.caddies]),
    haproxies: new Map([...one.haproxies, ...other.haproxies]),
    nginxes: new Map([...one.nginxes, ...other.nginxes]),
    traefiks: new Map([...one.traefiks, ...other.traefiks]),
    shells: new Set([...one.shells, ...other.shells]),
  }
}
