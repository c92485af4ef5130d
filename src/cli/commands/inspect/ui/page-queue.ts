import type { Failure } from '../../../../deploy/model/events.ts'
import type { LogContainer, LogEntry, LogNote } from '../../../../operations/logs/read-logs.ts'
import type { MissingLines } from '../../../../operations/logs/read-stack-logs.ts'
import { cutText } from '../../../../shared/cut-text.ts'
import { nameEnvironment } from '../../../../shared/name-environment.ts'
import { LOG_OVERLAP_MS, type LogAnswer, type LogLineView } from '../../../../ui/page/model.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import type { AnswerPorts } from './answer-page.ts'

/** What a page wants to see: from `sinceMs` on, or the last `tail` lines of each container. */
export type LogChoice = {
  /** Milliseconds since the epoch on this machine's clock. */
  sinceMs: number | undefined
  tail: number | undefined
  /** The time of the last line of each host that the page has, on that host's clock: it was hidden for a while. */
  last: Readonly<Record<string, number>>
}

/** Lines that wait for the page; then nothing more is read. */
const MOST_WAITING = 5_000
/** Characters of a line on the page. */
const LONGEST = 4_000

type QueuePorts = Pick<AnswerPorts, 'context'> & {
  clean: (text: string) => string
  /** Its name, for hints. */
  environment: string
  /** Those that it has, in the order of dray.yml. */
  hosts: readonly string[]
  /** The clock of a host minus that of this machine. */
  offsetMs: (host: string) => number
}

/** Lines between the servers and a page, which may be slower. */
export class PageQueue {
  readonly #clean: (text: string) => string
  readonly #containers: LogContainer[] = []
  readonly #indexes = new Map<string, number>()
  readonly #session: string
  readonly #environment: string
  readonly #hosts: readonly string[]
  readonly #failures = new Map<string, Failure>()
  readonly #sinceMs: number | undefined
  readonly #offsetMs: (host: string) => number
  /** The time of the last line of each host, on its clock. */
  readonly #lastMs: Map<string, number>
  /** Hosts that were opened. */
  readonly #opened = new Set<string>()
  /** The line count before which a host was opened again, oldest first. */
  #reopened: { host: string; atLine: number }[] = []
  #taken = 0
  #lines: LogLineView[] = []
  #wake: () => void = () => undefined

  constructor({ sinceMs, last }: LogChoice, { clean, context, environment, hosts, offsetMs }: QueuePorts) {
    this.#clean = clean
    this.#session = String(context.clock.now())
    this.#environment = environment
    this.#hosts = hosts
    this.#sinceMs = sinceMs
    this.#offsetMs = offsetMs
    this.#lastMs = new Map(Object.entries(last))
  }

  /** A host is opened: what follows of it may have come before. */
  begin(host: string): void {
    if (this.#opened.has(host)) {
      const atLine = this.#taken + this.#lines.length
      this.#reopened = this.#reopened.filter((it) => it.host !== host || it.atLine !== atLine)
      this.#reopened.push({ host, atLine })
    }
    this.#opened.add(host)
  }

  /** From when to read a host, on its clock: after a break, a little before its last line. */
  since(host: string): string | undefined {
    const lastMs = this.#lastMs.get(host)
    if (lastMs !== undefined) return nanoTime(lastMs - LOG_OVERLAP_MS)
    return this.#sinceMs === undefined ? undefined : nanoTime(this.#sinceMs + this.#offsetMs(host))
  }

  fail(host: string, failure: Failure): void {
    const clean = (text: string): string => nameEnvironment(this.#clean(text), this.#environment)
    this.#failures.set(host, cleanValue(failure, clean))
  }

  /** The logs of a host are being read. */
  succeed(host: string): void {
    this.#failures.delete(host)
  }

  /** Waits until the page has taken most of the lines. */
  async add(batch: readonly LogEntry[], signal: AbortSignal): Promise<void> {
    for (const { container, at, stream, text } of batch) {
      const atMs = Date.parse(at) || 0
      this.#lastMs.set(container.host, Math.max(this.#lastMs.get(container.host) ?? 0, atMs))
      this.#push(container, atMs, { kind: stream === 'stderr' ? 1 : 0, text })
    }
    while (this.#lines.length >= MOST_WAITING && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake = wake
        signal.addEventListener('abort', wake)
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

  /** So is a task of a swarm whose node sends nothing, or not all. */
  noteMissing(missing: MissingLines, nowMs: number): void {
    const { node, containers, reason } = missing
    const text = {
      down: `is on node ${node}, which is down: its lines are missing`,
      silent: `is on node ${node}, which sent nothing for 10 s: lines may be missing`,
      incomplete: `may have more lines: ${reason === 'incomplete' ? missing.words.trim() : ''}`,
    }[reason]
    for (const container of containers) this.#push(container, nowMs, { kind: 2, text })
  }

  /** The next lines, up to those that follow the opening of a host. */
  take(): LogAnswer {
    const reopened = this.#reopened.filter(({ atLine }) => atLine === this.#taken).map(({ host }) => host)
    this.#reopened = this.#reopened.filter(({ atLine }) => atLine > this.#taken)
    const [border] = this.#reopened
    const most = border === undefined ? MOST_WAITING : Math.min(MOST_WAITING, border.atLine - this.#taken)
    const lines = this.#lines.splice(0, most)
    this.#taken += lines.length
    if (this.#lines.length < MOST_WAITING) this.#wake()
    return {
      session: this.#session,
      reopened,
      hosts: this.#hosts.length,
      containers: this.#containers,
      lines,
      isMore: this.#lines.length > 0 || lines.length >= MOST_WAITING / 2,
      // They stay where they are, whichever host fails first.
      failures: this.#hosts.flatMap((host) => {
        const failure = this.#failures.get(host)
        return failure === undefined ? [] : [{ host, failure }]
      }),
    }
  }

  #push(container: LogContainer, atMs: number, { kind, text }: { kind: LogLineView[2]; text: string }): void {
    this.#lines.push([atMs, this.#indexOf(container), kind, this.#clean(cutText(text, LONGEST))])
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
