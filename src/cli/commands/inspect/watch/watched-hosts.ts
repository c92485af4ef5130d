import type { Attempt } from '../../../../deploy/releases/history.ts'
import { makeStatus, type ObservedEnvironment } from '../../../../operations/status/make-status.ts'
import type { EnvironmentStatus, HostStatus } from '../../../../operations/status/status.ts'
import type { EnvironmentView } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { retryMs } from './pace.ts'

type SeenHost = ObservedEnvironment['hosts'][number]

/** One look at a host, with the time of this machine at which it ended. */
type Look = { seen: SeenHost; readAtMs: number }

/** The last attempt of a host, or that it could not be read. A gate on another machine has several hosts. */
export type LastAttempt = { host: string; attempt: Attempt | undefined } | { host: string; isUnread: true }

type KnownAttempts = {
  of: string
  attempts: ReadonlyMap<string, Attempt | undefined>
  /** How many times in a row one of them could not be read, and when they are read again. */
  failures: number
  retryAtMs: number
}

/** The time of a host is in whole seconds, and takes a while to arrive. */
const EXACT_MS = 5_000

/** What is known of the hosts of one environment, each of which is read at its own pace. */
export class WatchedHosts {
  readonly #input: EnvironmentInput
  readonly #looks = new Map<string, Look>()
  readonly #lastKnown = new Map<string, { readAtMs: number; status: HostStatus }>()
  readonly #attempts = new Map<string, KnownAttempts>()
  readonly #offsetsMs = new Map<string, number>()

  constructor(input: EnvironmentInput) {
    this.#input = input
  }

  take(seen: SeenHost, readAtMs: number): void {
    const before = this.statusesOf(seen.host)
    this.#looks.set(seen.host, { seen, readAtMs })
    if ('failure' in seen) return
    // A gate may name other hosts each time, as often as it is asked.
    if ('told' in seen) for (const { host } of before) this.#lastKnown.delete(host)
    const offsetMs = ('told' in seen ? seen.nowMs : seen.observation.nowMs) - readAtMs
    this.#offsetsMs.set(seen.host, Math.abs(offsetMs) < EXACT_MS ? 0 : offsetMs)
    for (const status of this.statusesOf(seen.host))
      if (status.verdict !== 'unknown') this.#lastKnown.set(status.host, { readAtMs, status })
  }

  /** The status of a host as it was read last; empty until it was. A gate on another machine has several. */
  statusesOf(host: string): readonly HostStatus[] {
    const seen = this.#looks.get(host)?.seen
    const names = seen !== undefined && 'told' in seen ? seen.told.map((it) => it.host) : [host]
    return this.#status()?.hosts.filter((it) => names.includes(it.host)) ?? []
  }

  /** Differs when there may be another last attempt; undefined while the host does not answer, and before it is set up. */
  attemptKey(host: string): string | undefined {
    const known = this.statusesOf(host)
      .filter((it) => it.verdict !== 'unknown')
      .filter(({ notSetUp }) => notSetUp === undefined)
    if (known.length === 0) return undefined
    // During a deploy the journal grows all the time.
    return JSON.stringify(
      known.map(({ host: name, release, lock, journalBytes }) => [
        name,
        release?.id,
        lock === undefined ? journalBytes : 'locked',
      ]),
    )
  }

  /** As `attemptKey`, and with each look while a deploy or a task holds the lock. */
  newsOf(host: string): string | undefined {
    const key = this.attemptKey(host)
    if (key === undefined || !this.isLocked(host)) return key
    return `${key} ${this.#looks.get(host)?.readAtMs ?? ''}`
  }

  /** Whether a deploy or a task holds the lock of a host. */
  isLocked(host: string): boolean {
    return this.statusesOf(host).some(isLocked)
  }

  /** Whether the last attempt of a host is to be read: its key has changed, or it could not be read, and time has passed since. */
  isAttemptDue(host: string, nowMs: number): boolean {
    const known = this.#attempts.get(host)
    return known?.of !== this.attemptKey(host) || nowMs >= (known?.retryAtMs ?? 0)
  }

  /** What could not be read stays as it was read before; `found` is undefined if that is all. */
  takeAttempts(
    host: string,
    of: string,
    { found, atMs }: { found: readonly LastAttempt[] | undefined; atMs: number },
  ): void {
    const before = this.#attempts.get(host)
    const attempts =
      found === undefined
        ? (before?.attempts ?? new Map<string, undefined>())
        : new Map(found.map((it) => [it.host, 'isUnread' in it ? before?.attempts.get(it.host) : it.attempt]))
    const isWhole = found?.every((it) => !('isUnread' in it)) ?? false
    const failures = isWhole ? 0 : (before?.of === of ? before.failures : 0) + 1
    const retryAtMs = isWhole ? Infinity : atMs + retryMs(failures)
    this.#attempts.set(host, { of, attempts, failures, retryAtMs })
  }

  /** The clock of a host minus that of this machine; 0 if they differ by less than can be measured; undefined until it was read. */
  offsetMs(host: string): number | undefined {
    return this.#offsetsMs.get(host)
  }

  view(): EnvironmentView {
    const { name, hosts } = this.#input.config.environment
    const looks = [...this.#looks.values()]
    const attempts = [...this.#attempts.values()].flatMap((last) =>
      [...last.attempts].flatMap(([host, attempt]) =>
        attempt === undefined ? [] : [[host, attempt] as const],
      ),
    )
    const sizes = (this.#status()?.hosts ?? []).flatMap((it) =>
      it.verdict === 'unknown' ? [] : [[it.host, it.journalBytes ?? 0] as const],
    )
    return {
      environment: name,
      status: this.#status(),
      reading: hosts.filter((host) => !this.#looks.has(host)),
      lastKnown: Object.fromEntries(this.#lastKnown),
      lastAttempts: Object.fromEntries(attempts),
      journalBytes: Object.fromEntries(sizes),
      readAtMs: looks.length === 0 ? undefined : Math.min(...looks.map(({ readAtMs }) => readAtMs)),
    }
  }

  #status(): EnvironmentStatus | undefined {
    const { name, path, hosts } = this.#input.config.environment
    const seen = hosts.flatMap((host) => this.#looks.get(host)?.seen ?? [])
    return seen.length === 0 ? undefined : makeStatus({ environment: name, path, hosts: seen })
  }
}

function isLocked(host: HostStatus): boolean {
  return host.verdict !== 'unknown' && host.lock !== undefined
}
