import type { Clock } from '../../shared/clock.ts'
import type { LogLine } from '../../shared/log-line.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Engine } from '../../deploy/model/ports.ts'
import { isRunning, type Container } from '../../deploy/model/container.ts'
import { LogMerge } from './log-merge.ts'
import type { ContainerChange, LogSource } from './log-source.ts'

/** A host to read logs from. */
export type LogHost = {
  name: string
  /** Compose project of the app there. */
  project: string
  engine: Pick<Engine, 'containers' | 'container'>
  source: LogSource
  /** From when its logs are read, whatever `since` and `tail` of the request say. */
  since?: string | undefined
}

/** A container, for reading its log. */
export type LogContainer = {
  host: string
  service: string
  /** Name without the project: `backend-2`; of a task of a stack, `backend.2@w1`. */
  name: string
  /** The node of a task of a stack. */
  node?: string
}

export type LogEntry = LogLine & { container: LogContainer }

/** State of a container while its log is read: being read, or what happened to it. */
export type LogNote =
  | { change: 'found' | 'started' | 'unreadable'; container: LogContainer }
  | { change: 'ended'; container: LogContainer; exitCode: number | undefined }
  /** It did not run when reading began. `endedAtMs` is absent if it never ran. */
  | { change: 'stopped'; container: LogContainer; exitCode: number | undefined; endedAtMs?: number }

/** A host without a container of the app, or of the wanted services. */
export type LogAbsence = Pick<LogHost, 'name' | 'project'>

export type ReadLogsRequest = {
  hosts: readonly LogHost[]
  /** Empty for all services. */
  services: readonly string[]
  since: string | undefined
  tail: number | undefined
  follow: boolean
  clock: Clock
  onNote: (note: LogNote) => void
  onAbsence: (absence: LogAbsence) => void
}

/** Maximum delay of a line against those of other logs that still allows ordering, while logs are followed. */
const followPatience = { firstMs: 500, laterMs: 100 }

/**
 * The logs of an app's containers, merged by time, in batches; fetches no more than requested. With `follow`, continues
 * with new lines and with containers started meanwhile, until `signal` aborts.
 * Throws what the hosts throw.
 */
export async function* readLogs(
  request: ReadLogsRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[], void> {
  yield* readMerged(
    request,
    async (merge, alive) => {
      await Promise.all(
        request.hosts.map((host) => new HostLogs(host, { request, merge, signal: alive }).open()),
      )
    },
    signal,
  )
}

/**
 * Merges the logs that `open` adds, by time. Its `signal` aborts when reading ends. Without `follow`, ends with the last of
 * them. Throws what `open` and the logs throw.
 */
export async function* readMerged(
  { clock, follow }: Pick<ReadLogsRequest, 'clock' | 'follow'>,
  open: (merge: LogMerge<LogContainer>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[], void> {
  const reading = new AbortController()
  const alive = AbortSignal.any([signal, reading.signal])
  const merge = new LogMerge<LogContainer>(clock, follow ? followPatience : undefined)
  try {
    await open(merge, alive)
    if (!follow) merge.seal()
    for await (const batch of merge.lines(signal)) {
      yield batch.map(({ source, line }) => ({ ...line, container: source }))
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    reading.abort()
  }
}

type Shared = { request: ReadLogsRequest; merge: LogMerge<LogContainer>; signal: AbortSignal }

/** Progress of reading one container's log. */
type Followed = {
  container: LogContainer
  /** Time of the last line read: after a restart of the container, reading continues there. */
  lastAt: string | undefined
  isOpen: boolean
  /** It restarted before the end of its log was read. */
  hasRestarted: boolean
}

class HostLogs {
  readonly #host: LogHost
  readonly #shared: Shared
  readonly #followed = new Map<string, Followed>()

  constructor(host: LogHost, shared: Shared) {
    this.#host = host
    this.#shared = shared
  }

  async open(): Promise<void> {
    const { engine, source, project } = this.#host
    const { request, signal } = this.#shared
    // Subscribed first, so that containers that start while the others are listed are not missed.
    const changes = request.follow ? await source.changes(project, signal) : undefined
    const wanted = (await engine.containers(project)).filter((it) => this.#isWanted(it))
    refuseTooManyLogs(wanted.length + (request.follow ? 1 : 0), {
      atOnce: source.atOnce,
      name: this.#host.name,
    })
    if (wanted.length === 0) request.onAbsence(this.#host)
    for (const it of wanted) {
      const container = this.#describe(it)
      request.onNote({ change: 'found', container })
      const { exitCode, endedAtMs } = it
      if (!isRunning(it))
        request.onNote({
          change: 'stopped',
          container,
          exitCode,
          ...(endedAtMs !== undefined && { endedAtMs }),
        })
    }
    const tail = this.#host.since === undefined ? request.tail : undefined
    await Promise.all(wanted.map((it) => this.#follow(it, tail)))
    if (changes !== undefined) void this.#watch(changes)
  }

  #isWanted({ service, oneOff }: Container): boolean {
    const { services } = this.#shared.request
    return !oneOff && (services.length === 0 || services.includes(service))
  }

  async #follow(found: Container, tail: number | undefined): Promise<LogContainer> {
    const container = this.#describe(found)
    const followed = { container, lastAt: undefined, isOpen: false, hasRestarted: false }
    this.#followed.set(found.id, followed)
    await this.#read(found.id, followed, tail)
    return container
  }

  async #read(containerId: string, followed: Followed, tail?: number): Promise<void> {
    const { request, merge, signal } = this.#shared
    followed.isOpen = true
    const log = await this.#host.source.logs(containerId, {
      since: followed.lastAt ?? this.#host.since ?? request.since,
      tail,
      follow: request.follow,
      signal,
    })
    if (log === 'unreadable') request.onNote({ change: 'unreadable', container: followed.container })
    else void merge.add(followed.container, after(log, followed)).then(() => this.#end(containerId, followed))
  }

  #end(containerId: string, followed: Followed): void {
    followed.isOpen = false
    if (!followed.hasRestarted) return
    followed.hasRestarted = false
    this.#read(containerId, followed).catch((error: unknown) => this.#shared.merge.fail(error))
  }

  async #watch(changes: AsyncIterable<ContainerChange>): Promise<void> {
    try {
      for await (const change of changes) await this.#take(change)
    } catch (error) {
      this.#shared.merge.fail(error)
    }
  }

  async #take({ containerId, change, exitCode }: ContainerChange): Promise<void> {
    const { onNote } = this.#shared.request
    const known = this.#followed.get(containerId)
    if (change === 'ended') {
      if (known !== undefined) onNote({ change, container: known.container, exitCode })
      return
    }
    if (known !== undefined) {
      onNote({ change, container: known.container })
      if (known.isOpen) known.hasRestarted = true
      else await this.#read(containerId, known)
      return
    }
    // The log of a removed container is gone.
    const found = await this.#host.engine.container(containerId).catch(() => undefined)
    if (found === undefined || !this.#isWanted(found)) return
    onNote({ change, container: await this.#follow(found, undefined) })
  }

  #describe({ name, service }: Container): LogContainer {
    const { project, name: host } = this.#host
    const short = name.startsWith(`${project}-`) ? name.slice(project.length + 1) : name
    return { host, service, name: short }
  }
}

/** Throws HOST_COMMAND_FAILED if a connection has fewer channels than there are logs to read. */
export function refuseTooManyLogs(
  streams: number,
  { atOnce, name }: Pick<LogSource, 'atOnce'> & { name: string },
): void {
  if (streams <= atOnce) return
  throw new DrayError(
    'HOST_COMMAND_FAILED',
    `${name} allows dray to read ${atOnce} logs at the same time, but ${streams} are needed.`,
    {
      hint: 'Name fewer services, or set `AllowTcpForwarding yes` and `AllowStreamLocalForwarding yes` in its sshd_config.',
    },
  )
}

/** Lines after the last one read, which is updated: the Engine sends that line again. */
async function* after(
  log: AsyncIterable<readonly LogLine[]>,
  followed: Followed,
): AsyncGenerator<readonly LogLine[]> {
  const { lastAt } = followed
  for await (const batch of log) {
    followed.lastAt = batch.at(-1)?.at ?? followed.lastAt
    yield lastAt === undefined ? batch : batch.filter(({ at }) => at > lastAt)
  }
}
