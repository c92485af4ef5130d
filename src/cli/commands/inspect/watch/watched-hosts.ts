import type { Attempt } from '../../../../deploy/releases/history.ts'
import { makeStatus, type ObservedEnvironment } from '../../../../operations/status/make-status.ts'
import type { EnvironmentStatus, HostStatus, KnownHost } from '../../../../operations/status/status.ts'
import type { EnvironmentView } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'

type SeenHost = ObservedEnvironment['hosts'][number]

/** One look at a host, with the time of this machine at which it ended. */
type Look = { seen: SeenHost; readAtMs: number }

/** The time of a host is in whole seconds, and takes a while to arrive. */
const EXACT_MS = 5_000

/** What is known of the hosts of one environment, each of which is read at its own pace. */
export class WatchedHosts {
  readonly #input: EnvironmentInput
  readonly #looks = new Map<string, Look>()
  readonly #lastKnown = new Map<string, { readAtMs: number; status: HostStatus }>()
  readonly #attempts = new Map<string, { of: string; attempt: Attempt | undefined }>()
  readonly #offsetsMs = new Map<string, number>()

  constructor(input: EnvironmentInput) {
    this.#input = input
  }

  take(seen: SeenHost, readAtMs: number): void {
    this.#looks.set(seen.host, { seen, readAtMs })
    if (!('observation' in seen)) return
    const offsetMs = seen.observation.nowMs - readAtMs
    this.#offsetsMs.set(seen.host, Math.abs(offsetMs) < EXACT_MS ? 0 : offsetMs)
    const status = this.#status()?.hosts.find((it) => it.host === seen.host)
    if (status !== undefined) this.#lastKnown.set(seen.host, { readAtMs, status })
  }

  /** The status of a host as it was read last; undefined until it was. */
  statusOf(host: string): HostStatus | undefined {
    return this.#status()?.hosts.find((it) => it.host === host)
  }

  /** Differs when there may be another last attempt; undefined while the host does not answer. */
  attemptKey(host: string): string | undefined {
    const seen = this.#looks.get(host)?.seen
    if (seen === undefined || !('observation' in seen)) return undefined
    const { release, lock, journalBytes } = seen.observation
    // During a deploy the journal grows all the time.
    return JSON.stringify([release?.id, lock === undefined ? journalBytes : 'locked'])
  }

  /** Whether the last attempt of a host was read since its key changed. */
  hasAttempt(host: string): boolean {
    return this.#attempts.get(host)?.of === this.attemptKey(host)
  }

  takeAttempt(host: string, of: string, attempt: Attempt | undefined): void {
    this.#attempts.set(host, { of, attempt })
  }

  /** The clock of a host minus that of this machine; 0 if they differ by less than can be measured; undefined until it was read. */
  offsetMs(host: string): number | undefined {
    return this.#offsetsMs.get(host)
  }

  view(): EnvironmentView {
    const { name, hosts } = this.#input.config.environment
    const looks = [...this.#looks.values()]
    const attempts = [...this.#attempts].flatMap(([host, { attempt }]) =>
      attempt === undefined ? [] : [[host, attempt] as const],
    )
    const sizes = looks.flatMap(({ seen }) =>
      'observation' in seen ? [[seen.host, seen.observation.journalBytes] as const] : [],
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

/** Whether a deploy or a task holds the lock of a host. */
export function isLocked(host: HostStatus | undefined): boolean {
  return (host as KnownHost | undefined)?.lock !== undefined
}
