import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import type { Failure } from '../../../../deploy/model/events.ts'
import {
  readLogs,
  type LogContainer,
  type LogEntry,
  type LogHost,
  type LogNote,
} from '../../../../operations/logs/read-logs.ts'
import { cutText } from '../../../../shared/cut-text.ts'
import type { LogAnswer, LogLineView } from '../../../../ui/page/model.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import { describeHost, type ConnectedHost } from '../../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { readInPlace, releaseOf } from '../../operate/connect-apps.ts'
import { PACE_MS } from '../watch/watch-environments.ts'
import type { AnswerPorts } from './answer-page.ts'

/** The logs of one environment for one open page, read at its pace. */
export type LogFollower = Disposable & {
  /** The lines since the last call, at most a few thousand. */
  take(): LogAnswer
}

/** What a page wants to see: `since` in milliseconds since the epoch, or the last `tail` lines of each container. */
export type LogChoice = { sinceMs: number | undefined; tail: number | undefined }

type LogPorts = AnswerPorts & { clean: (text: string) => string }

/** Lines that wait for the page; then nothing more is read. */
const MOST_WAITING = 5_000
/** Characters of a line on the page. */
const LONGEST = 4_000
/** After a break, lines are read again from this long before the last one; the page drops those that it has. */
const OVERLAP_MS = 2_000

/** Follows the logs of all hosts until it is disposed of. A host that does not answer is tried again, the others continue. */
export function followLogs(input: EnvironmentInput, choice: LogChoice, ports: LogPorts): LogFollower {
  const stop = new AbortController()
  const page = new PageQueue(ports)
  void keepReading({ input, page, choice, signal: stop.signal }, ports)
  return { take: () => page.take(), [Symbol.dispose]: () => stop.abort() }
}

type Reading = { input: EnvironmentInput; page: PageQueue; choice: LogChoice; signal: AbortSignal }

async function keepReading({ input, page, choice, signal }: Reading, ports: LogPorts): Promise<void> {
  const { clock } = ports.context
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    const connected = await connectHosts(input, page, ports)
    const round = new AbortController()
    const reading = AbortSignal.any([signal, round.signal])
    const missing = input.config.environment.hosts.filter(
      (host) => !connected.some(({ name }) => name === host),
    )
    if (missing.length > 0) {
      void clock.sleep(PACE_MS.unknown, reading).then(
        () => retryHosts(missing, ports, reading).then(() => round.abort()),
        () => undefined,
      )
    }
    try {
      if (connected.length === 0) await clock.sleep(PACE_MS.unknown, reading)
      for await (const batch of readLogs(
        {
          hosts: connected,
          services: [],
          ...page.start(choice),
          follow: true,
          clock,
          onNote: (note) => page.note(note, clock.now()),
          onAbsence: () => undefined,
        },
        reading,
      )) {
        await page.add(batch, reading)
      }
    } catch (error) {
      if (!reading.aborted) page.fail('', failureFrom(toDrayError(error)))
    } finally {
      round.abort()
      for (const { dispose } of connected) dispose()
    }
    // A connection that breaks is not opened again and again at once.
    if (!isOver() && connected.length > 0 && missing.length === 0)
      await clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}

type OpenLogHost = LogHost & { dispose: () => void }

/** The hosts that answer and have a release; the page gets the failures of the others. */
async function connectHosts(
  input: EnvironmentInput,
  page: PageQueue,
  { onHost, context }: LogPorts,
): Promise<OpenLogHost[]> {
  page.begin()
  const opened = await Promise.all(
    input.config.environment.hosts.map(async (host) => {
      try {
        return await onHost(host, async (runner) =>
          openHost(describeHost(runner, input, context), input, context.signal),
        )
      } catch (error) {
        page.fail(host, failureFrom(toDrayError(error)))
        return undefined
      }
    }),
  )
  return opened.filter((it) => it !== undefined)
}

async function openHost(
  host: ConnectedHost,
  input: EnvironmentInput,
  signal: AbortSignal,
): Promise<OpenLogHost> {
  const { name, engine } = host
  await host.engineObservation
  const { project } = releaseOf(await readInPlace(host, signal), input)
  return { name, project, engine, source: engine.logs, dispose: () => engine[Symbol.dispose]() }
}

/** Resolves when one of the hosts answers. */
async function retryHosts(
  hosts: readonly string[],
  { onHost, context }: LogPorts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const host of hosts) {
      const answers = await onHost(host, async (runner) => runner.run(['true'])).then(
        () => true,
        () => false,
      )
      if (answers) return
    }
    await context.clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}

/** Lines between the servers and a page, which may be slower. */
class PageQueue {
  readonly #clean: (text: string) => string
  readonly #containers: LogContainer[] = []
  readonly #indexes = new Map<string, number>()
  readonly #session: number
  readonly #failures = new Map<string, Failure>()
  #round = 0
  #lines: LogLineView[] = []
  #lastMs: number | undefined
  #wake: () => void = () => undefined

  constructor({ clean, context }: LogPorts) {
    this.#clean = clean
    this.#session = context.clock.now()
  }

  /** Another look at the hosts. */
  begin(): void {
    this.#round += 1
    this.#failures.clear()
  }

  /** From where to read: after a break, a little before the last line. */
  start({ sinceMs, tail }: LogChoice): { since: string | undefined; tail: number | undefined } {
    if (this.#lastMs !== undefined) return { since: nanoTime(this.#lastMs - OVERLAP_MS), tail: undefined }
    return { since: sinceMs === undefined ? undefined : nanoTime(sinceMs), tail }
  }

  fail(host: string, failure: Failure): void {
    this.#failures.set(host, cleanValue(failure, this.#clean))
  }

  /** Waits until the page has taken most of the lines. */
  async add(batch: readonly LogEntry[], signal: AbortSignal): Promise<void> {
    for (const { container, at, stream, text } of batch) {
      this.#push(container, Date.parse(at), { kind: stream === 'stderr' ? 1 : 0, text })
    }
    while (this.#lines.length >= MOST_WAITING && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  /** A container that starts, ends or cannot be read is a line of its own. */
  note(note: LogNote, nowMs: number): void {
    if (note.change === 'found') return
    const words = {
      started: 'started',
      ended: `exited with code ${'exitCode' in note ? (note.exitCode ?? 0) : 0}`,
      stopped: `is stopped: exit code ${'exitCode' in note ? (note.exitCode ?? 0) : 0}`,
      unreadable: 'has a log that cannot be read: its logging driver does not support it',
    }
    const atMs = note.change === 'stopped' ? (note.endedAtMs ?? nowMs) : nowMs
    this.#push(note.container, atMs, { kind: 2, text: words[note.change] })
  }

  take(): LogAnswer {
    const lines = this.#lines.splice(0, MOST_WAITING)
    if (this.#lines.length < MOST_WAITING) this.#wake()
    return {
      session: `${this.#session}-${this.#round}`,
      containers: this.#containers,
      lines,
      isMore: this.#lines.length > 0 || lines.length >= MOST_WAITING / 2,
      failures: [...this.#failures].map(([host, failure]) => ({ host, failure })),
    }
  }

  #push(container: LogContainer, atMs: number, { kind, text }: { kind: LogLineView[2]; text: string }): void {
    this.#lastMs = Math.max(this.#lastMs ?? 0, atMs || 0)
    this.#lines.push([atMs || 0, this.#indexOf(container), kind, this.#clean(cutText(text, LONGEST))])
  }

  #indexOf(container: LogContainer): number {
    const key = `${container.host} ${container.name}`
    const known = this.#indexes.get(key)
    if (known !== undefined) return known
    const { host, service, name } = container
    this.#containers.push({ host: this.#clean(host), service: this.#clean(service), name: this.#clean(name) })
    this.#indexes.set(key, this.#containers.length - 1)
    return this.#containers.length - 1
  }
}

/** As the Engine writes times. */
function nanoTime(ms: number): string {
  return new Date(Math.max(0, ms)).toISOString().replace('Z', '000000Z')
}
