import { DrayError } from '../../../errors/dray-error.ts'
import type { Clock } from '../../../shared/clock.ts'
import { readAccepted, readOpened, tryReadTable, type Connection } from '../../model/proxies/connections.ts'
import type { Container } from '../../model/container.ts'
import type { EventSink } from '../../model/events.ts'
import { describeNeighbour, keepsAddresses, type Neighbour } from '../../model/proxies/neighbour.ts'
import type { TargetHost } from '../../model/ports.ts'
import type { StepContext } from '../execution.ts'

/** How long the connections of a sender that sent requests to an old container are watched. */
const WATCH_MS = 10_000
const PAUSE_MS = 500
/** dray connects to a container while it waits for its health, and the kernel lists those connections for another minute. */
const YOUNG_MS = 120_000

export type ReachedRequest = {
  service: string
  /** Containers that are about to be stopped. */
  old: readonly Container[]
  /** Containers that replace them. */
  fresh: readonly Container[]
  neighbours: readonly Neighbour[]
  host: Pick<TargetHost, 'name' | 'engine' | 'prober'>
  clock: Clock
  emit: EventSink
  signal: AbortSignal
}

/** The request of a step. */
export function describeReached(
  replaced: Pick<ReachedRequest, 'service' | 'old' | 'fresh'>,
  { run: { host, observation }, execution: { clock, emit }, signal }: StepContext,
): ReachedRequest {
  return { ...replaced, neighbours: observation.neighbours, host, clock, emit, signal }
}

/** What may keep the address of an old container, so that it fails when that is stopped. */
type Sender = {
  /** `Container gateway of project edge (nginx)`. */
  name: string
  /** Whether it may use a connection that is open; otherwise only a new one shows that it sends requests. */
  keepsOpen: boolean
  addresses: (containers: readonly Container[]) => readonly string[]
  /** The connections that it opened to the containers. */
  opened: (containers: readonly Container[]) => Promise<Connection[]>
  hint?: string
}

/**
 * Refuses to stop containers to which requests are still sent that do not reach those that replace them: by a proxy of another
 * project, or by a process of the host. Those keep the address, so that the site behind it would be down. Watches only if one
 * sent something in the last minute. `before` is what the containers that stop have to wait for. Throws STILL_REACHED.
 */
export async function refuseReached(request: ReachedRequest, before?: Promise<unknown>): Promise<void> {
  const { service, old, fresh, clock, emit, signal } = request
  const { engine } = request.host
  const near = listSenders(request)
  if (near.length === 0 || fresh.length === 0) {
    await before
    return
  }
  const [first, ofFresh] = await Promise.all([
    readAll(old, near, engine),
    readAll(fresh, near, engine),
    before,
  ])
  const known = new Set([...first, ...ofFresh].map(({ key }) => key))
  let senders = near.filter((it) => sentBy(it, first, old).length > 0)
  const untilMs = clock.now() + WATCH_MS
  for (;;) {
    if (senders.length === 0) return
    const toFresh = await readAll(fresh, senders, engine)
    const reaches = (it: Sender): boolean =>
      sentBy(it, toFresh, fresh).some(({ key }) => it.keepsOpen || !known.has(key))
    senders = senders.filter((it) => !reaches(it))
    const toOld = await readAll(old, senders, engine)
    const isOver = clock.now() >= untilMs
    // A pool of connections is used again and again without a new one.
    const stuck = senders.find((it) =>
      sentBy(it, toOld, old).some(({ key, isOpen }) => !known.has(key) || (isOver && isOpen && it.keepsOpen)),
    )
    if (stuck !== undefined) throw stillReached(service, stuck)
    if (isOver) break
    await clock.sleep(PAUSE_MS, signal)
  }
  for (const { name } of senders) {
    const text = `${name} sent requests to the old containers of ${service}. It may not know the new ones.`
    emit({ type: 'note', at: clock.now(), level: 'warning', text, hint: undefined })
  }
}

function listSenders({ service, old, fresh, neighbours, host }: ReachedRequest): Sender[] {
  const { engine, prober } = host
  const proxies = neighbours.filter(keepsAddresses).map((it): Sender => ({
    name: describeNeighbour(it),
    keepsOpen: true,
    addresses: (containers) => addressesOnNetworksOf(it, containers),
    opened: async (containers) => readOpened(await tryReadTable(it, engine), addressesOf(containers)),
    hint: `Let dray switch it: \`proxy: { containers: [${it.name}] }\` in dray.yml. Or make it look names up again at run time (nginx: \`resolver 127.0.0.11 valid=5s;\` and a variable in \`proxy_pass\`).`,
  }))
  const process: Sender = {
    name: `A process on ${host.name}`,
    keepsOpen: false,
    addresses: (containers) =>
      containers.flatMap(({ networks }) => networks.flatMap(({ gateway }) => gateway ?? [])),
    opened: async (containers) => {
      const addresses = addressesOf(containers)
      return readOpened(await prober.connections(addresses), addresses)
    },
    hint: `On the server, \`sudo ss -tnp dst ${addressesOf(old)[0] ?? ''}\` shows the process. Let it send requests to a published port of the app, or set \`services: { ${service}: { rollout: recreate } }\` in dray.yml.`,
  }
  // A published port also comes from the host.
  const isHidden =
    [...old, ...fresh].some(({ publishedPorts }) => publishedPorts.length > 0) || isYoung(old, fresh)
  return [...proxies, ...(isHidden ? [] : [process])].filter((it) => it.addresses(old).length > 0)
}

/** Whether the connections by which dray waited for the health of the old containers may still be listed. */
function isYoung(old: readonly Container[], fresh: readonly Container[]): boolean {
  const newest = Math.max(...old.map(({ startedAtMs }) => startedAtMs))
  return fresh.some(({ startedAtMs }) => startedAtMs - newest < YOUNG_MS)
}

/** The connections to the containers; none where they cannot be read. */
async function readAll(
  containers: readonly Container[],
  senders: readonly Sender[],
  engine: TargetHost['engine'],
): Promise<Connection[]> {
  const found = await Promise.all([
    ...containers.map(async (it) => readAccepted(await tryReadTable(it, engine))),
    ...senders.map(({ opened }) => opened(containers)),
  ])
  return found.flat()
}

function sentBy(
  { addresses }: Sender,
  connections: readonly Connection[],
  to: readonly Container[],
): readonly Connection[] {
  const from = addresses(to)
  return connections.filter((it) => from.includes(it.from))
}

function addressesOf(containers: readonly Container[]): string[] {
  return containers.flatMap(({ networks }) =>
    networks.flatMap(({ address }) => (address === '' ? [] : [address])),
  )
}

/** Its addresses on the networks that it shares with the containers. */
function addressesOnNetworksOf({ networks }: Neighbour, containers: readonly Container[]): string[] {
  const shared = new Set(containers.flatMap((it) => it.networks.map(({ name }) => name)))
  return networks.flatMap(({ name, address }) => (shared.has(name) && address !== '' ? [address] : []))
}

function stillReached(service: string, { name, hint }: Sender): DrayError {
  return new DrayError(
    'STILL_REACHED',
    `${name} still sends requests to the old container of ${service}, and none to the new one.`,
    hint === undefined ? {} : { hint },
  )
}
