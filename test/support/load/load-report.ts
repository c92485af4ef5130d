/** What to send, how often, and how. */
export type LoadOptions = {
  /** Scheme, host and port, for instance `http://127.0.0.1:8080`. */
  target: string
  ratePerSecond: number
  /** Every n-th request is a POST of an order, which must come back as it was sent; 3 by default, 0 for none. */
  postEvery?: number
  /** Every n-th request takes `ms` on the server, GET and POST alike; none by default. */
  slow?: { every: number; ms: number }
  /** Keep-alive connections that take turns; 0 opens one for each request. 20 by default. */
  connections?: number
  /** A request that has no whole answer after this time has failed; 3000 by default. */
  timeoutMs?: number
  /** What a GET asks for; `/api/version` by default. */
  path?: string
  /** Places that take turns, instead of `target` alone. */
  places?: readonly LoadPlace[]
  /** Every n-th request to a place opens a connection of its own; none by default. */
  freshEvery?: number
  /**
   * At most so many requests wait for their answers. A request that is due meanwhile is left out. Without a limit, a busy
   * machine soon has more requests under way than a proxy has connections. No limit by default.
   */
  maxUnderWay?: number
  /** Whether progress has the outcome of each request. */
  keepOutcomes?: boolean
}

/** Where requests go, for an app that answers at several names or ports. */
export type LoadPlace = {
  /** Scheme, host and port. */
  url: string
  /** The Host header, where it is not that of the URL. */
  host?: string
  /** For `https:`, the certificates of the authority that is trusted, as PEM. The name that is asked for is that of `host`. */
  ca?: string
  /** Only GETs of `path`, and none slow: it serves files. */
  readOnly?: boolean
}

/** A request that failed, with what is needed to find out why. */
export type LoadFailure = {
  /** When it was sent, in milliseconds since the epoch. */
  atMs: number
  /** How long it took to fail. */
  afterMs: number
  method: 'GET' | 'POST'
  path: string
  /** `HTTP 502`, `ECONNRESET`, `timeout`, `wrong answer`. */
  reason: string
  /** Whether it went over a connection that had been used before, which a server may close at any time. */
  reusedConnection: boolean
}

/** When a version of the app answered, by the `x-version` header; times in milliseconds since the epoch. */
export type VersionSeen = { answers: number; firstAtMs: number; lastAtMs: number }

/** How it stands while requests are being sent. */
export type LoadProgress = {
  sent: number
  succeeded: number
  failed: number
  versions: readonly string[]
  /** How many answers came from each version so far. */
  answers: Readonly<Record<string, number>>
  /** Requests that ended since the last progress, where `keepOutcomes` asks for them. */
  outcomes?: readonly Outcome[]
}

export type LoadReport = {
  sent: number
  succeeded: number
  failed: number
  failures: readonly LoadFailure[]
  /** How many failed for each reason. */
  reasons: Readonly<Record<string, number>>
  /** Of the requests that succeeded, in milliseconds; zeros when none did. */
  latencyMs: { median: number; p90: number; p99: number; max: number }
  versions: Readonly<Record<string, VersionSeen>>
  startedAtMs: number
  durationMs: number
  /** The most that a request was sent later than the clock asked for: large means the machine was too busy to trust. */
  latestSendMs: number
}

/** What is known of one request once it is over. */
export type Outcome = {
  /** Which of the places it was sent to, counted from 0. */
  place: number
  method: 'GET' | 'POST'
  path: string
  sentAtMs: number
  endedAtMs: number
  /** Undefined when it succeeded. */
  reason?: string
  version?: string
  reusedConnection: boolean
}

/** Counts outcomes as they come in. */
export class LoadRecord {
  readonly failures: LoadFailure[] = []
  readonly versions: Record<string, VersionSeen> = {}
  readonly latenciesMs: number[] = []
  sent = 0

  /** Takes one request that is over. */
  add(outcome: Outcome): void {
    const { method, path, reusedConnection, sentAtMs, endedAtMs } = outcome
    if (outcome.reason !== undefined) {
      const afterMs = endedAtMs - sentAtMs
      this.failures.push({ atMs: sentAtMs, afterMs, method, path, reason: outcome.reason, reusedConnection })
      return
    }
    this.latenciesMs.push(endedAtMs - sentAtMs)
    if (outcome.version !== undefined) this.seeVersion(outcome.version, endedAtMs)
  }

  progress(): LoadProgress {
    return {
      sent: this.sent,
      succeeded: this.latenciesMs.length,
      failed: this.failures.length,
      versions: Object.keys(this.versions),
      answers: answersOf(this.versions),
    }
  }

  report(timing: Pick<LoadReport, 'startedAtMs' | 'durationMs' | 'latestSendMs'>): LoadReport {
    const reasons: Record<string, number> = {}
    for (const { reason } of this.failures) reasons[reason] = (reasons[reason] ?? 0) + 1
    const { sent, succeeded, failed } = this.progress()
    const latencyMs = percentiles(this.latenciesMs)
    return {
      sent,
      succeeded,
      failed,
      failures: this.failures,
      reasons,
      latencyMs,
      versions: this.versions,
      ...timing,
    }
  }

  private seeVersion(version: string, atMs: number): void {
    const seen = (this.versions[version] ??= { answers: 0, firstAtMs: atMs, lastAtMs: atMs })
    seen.answers += 1
    seen.lastAtMs = Math.max(seen.lastAtMs, atMs)
  }
}

/** How many answers came from each version. */
export function answersOf(versions: LoadReport['versions']): Record<string, number> {
  return Object.fromEntries(Object.entries(versions).map(([version, { answers }]) => [version, answers]))
}

/** Nearest-rank percentiles, rounded to a tenth of a millisecond. */
export function percentiles(valuesMs: readonly number[]): LoadReport['latencyMs'] {
  const sorted = [...valuesMs].sort((a, b) => a - b)
  const at = (share: number) => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
    return Math.round(value * 10) / 10
  }
  return { median: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}
