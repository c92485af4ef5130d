import { DrayError } from '../../../errors/dray-error.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Container } from '../../model/container.ts'
import type { EventSink } from '../../model/events.ts'
import type { Neighbour } from '../../model/neighbour.ts'
import type { Engine } from '../../model/ports.ts'
import { readAccepted, readOpened, type Connection } from './read-connections.ts'

/** How long the connections of a proxy that sent requests to an old container are watched. */
const WATCH_MS = 10_000
const PAUSE_MS = 500

export type ReachedRequest = {
  service: string
  /** Containers that are about to be stopped. */
  old: readonly Container[]
  /** Containers that replace them. */
  fresh: readonly Container[]
  neighbours: readonly Neighbour[]
  engine: Pick<Engine, 'exec'>
  clock: Clock
  emit: EventSink
  signal: AbortSignal
}

/**
 * Refuses to stop containers to which a proxy of another project still sends requests, and not to those that replace them: it
 * keeps their addresses, so that the site behind it would be down. Watches only if such a proxy sent something in the last
 * minute. Throws STILL_REACHED.
 */
export async function refuseReached(request: ReachedRequest): Promise<void> {
  const { old, fresh, neighbours, clock, emit, signal } = request
  const near = neighbours.filter((it) => addressesOf(it, old).length > 0)
  if (near.length === 0 || fresh.length === 0) return
  const first = await readAll(old, request)
  const known = new Set(first.map(({ key }) => key))
  let senders = near.filter((it) => sentBy(it, first, old).length > 0)
  const untilMs = clock.now() + WATCH_MS
  for (;;) {
    if (senders.length === 0) return
    const toFresh = await readAll(fresh, request)
    senders = senders.filter((it) => sentBy(it, toFresh, fresh).length === 0)
    const toOld = await readAll(old, request)
    const isOver = clock.now() >= untilMs
    // A pool of connections is used again and again without a new one.
    const stuck = senders.find((it) =>
      sentBy(it, toOld, old).some(({ key, isOpen }) => !known.has(key) || (isOver && isOpen)),
    )
    if (stuck !== undefined) throw stillReached(request, stuck)
    if (isOver) break
    await clock.sleep(PAUSE_MS, signal)
  }
  for (const it of senders) {
    const text = `${describe(it)} sent requests to the old containers of ${request.service}. It may not know the new ones.`
    emit({ type: 'note', at: clock.now(), level: 'warning', text, hint: undefined })
  }
}

/** The connections to every container, and those that neighbours have to it; none where they cannot be read. */
async function readAll(
  containers: readonly Container[],
  { engine, neighbours }: ReachedRequest,
): Promise<Connection[]> {
  const addresses = containers.flatMap(({ networks }) => networks.map(({ address }) => address))
  const found = await Promise.all([
    ...containers.map(async ({ id }) => readAccepted(await readTable(id, engine))),
    ...neighbours.map(async ({ id }) => readOpened(await readTable(id, engine), addresses)),
  ])
  return found.flat()
}

/** The connections in a container's network, as the kernel prints them. */
export async function readTable(id: string, engine: ReachedRequest['engine']): Promise<string> {
  // The output that is returned has only the last lines.
  const lines: string[] = []
  await engine.exec(id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { onLine: (line) => lines.push(line) })
  return lines.join('\n')
}

function sentBy(
  neighbour: Neighbour,
  connections: readonly Connection[],
  to: readonly Container[],
): readonly Connection[] {
  const addresses = addressesOf(neighbour, to)
  return connections.filter(({ from }) => addresses.includes(from))
}

/** Its addresses on the networks that it shares with the containers. */
function addressesOf({ networks }: Neighbour, containers: readonly Container[]): string[] {
  const shared = new Set(containers.flatMap((it) => it.networks.map(({ name }) => name)))
  return networks.flatMap(({ name, address }) => (shared.has(name) && address !== '' ? [address] : []))
}

function stillReached({ service }: ReachedRequest, stuck: Neighbour): DrayError {
  return new DrayError(
    'STILL_REACHED',
    `${describe(stuck)} still sends requests to the old container of ${service}, and none to the new one.`,
  )
}

function describe({ name, project, kind }: Neighbour): string {
  return `Container ${name}${project === '' ? '' : ` of project ${project}`} (${kind})`
}
