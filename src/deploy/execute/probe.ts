import type { Clock } from '../../shared/clock.ts'
import type { ProbeReport } from '../model/events.ts'
import type { AnswerTimes } from './answer-times.ts'
import type { Entrance } from '../model/prober.ts'
import type { ProbeAnswer, Prober } from '../model/prober.ts'

export type Probing = {
  /** Stops the probe, waits for pending requests and returns the report. */
  stop(): Promise<ProbeReport>
  /** The same, with every request. */
  stopAll(): Promise<readonly Sample[]>
}

const KEPT_FAILURES = 5

/**
 * Sends a request to the target every `everyMs`, on the clock, each on a new connection, and counts failures: no answer within
 * `timeoutMs`, or status 500 or above. If the app was down from the start, failures before the first success do not count.
 * A request that did not reach the app's host counts as unknown.
 */
export function startProbing(options: {
  prober: Prober
  target: Pick<Entrance, 'url' | 'fromHost'>
  everyMs: number
  timeoutMs: number
  clock: Clock
  /** They learn how long each request takes. */
  answers?: readonly AnswerTimes[]
  /** `counted`: since the first success. */
  onSample?: (answer: ProbeAnswer, counted: { requests: number; failures: number }) => void
}): Probing {
  const { prober, target, clock } = options
  const startedAtMs = clock.now()
  const end = new AbortController()
  const underWay = new Set<Promise<void>>()
  const samples: Sample[] = []
  let requests = 0
  let failures = 0

  const send = async (): Promise<void> => {
    const sentAtMs = clock.now()
    const notes = (options.answers ?? []).map((it) => it.sent())
    const answer = await prober.get(target.url, options.timeoutMs, target)
    const failure = failureOf(answer)
    const isUnsent = 'error' in answer && answer.unsent === true
    for (const ended of notes) ended(isUnsent ? 'unsent' : failure === undefined ? 'answered' : 'failed')
    samples.push({ atMs: sentAtMs - startedAtMs, tookMs: clock.now() - sentAtMs, failure, isUnsent })
    if (!isUnsent && (requests > 0 || failure === undefined)) requests += 1
    if (!isUnsent && requests > 0 && failure !== undefined) failures += 1
    options.onSample?.(answer, { requests, failures })
  }

  const run = async (): Promise<void> => {
    for (let turn = 1; !end.signal.aborted; turn += 1) {
      const request = send().finally(() => underWay.delete(request))
      underWay.add(request)
      const waitMs = Math.max(0, startedAtMs + turn * options.everyMs - clock.now())
      await clock.sleep(waitMs, end.signal).catch(() => undefined)
    }
  }
  const running = run()
  const stopAll = async (): Promise<readonly Sample[]> => {
    end.abort()
    await running
    await Promise.all(underWay)
    return sinceFirstGood(samples)
  }
  return { stopAll, stop: async () => reportOf(target.url, await stopAll()) }
}

/** Whether a sample is one of about one a second that are reported, of the requests that are sent every `everyMs`. */
export function isReported(requests: number, everyMs: number): boolean {
  return requests > 0 && (requests * everyMs) % 1000 < everyMs
}

function failureOf(answer: ProbeAnswer): string | undefined {
  if ('error' in answer) return answer.error
  return answer.status >= 500 ? `status ${answer.status}` : undefined
}

/** One request. `atMs`: since the probe began. */
export type Sample = { atMs: number; tookMs: number; failure: string | undefined; isUnsent: boolean }

function sinceFirstGood(samples: readonly Sample[]): Sample[] {
  const inOrder = [...samples].sort((a, b) => a.atMs - b.atMs)
  const firstGood = inOrder.findIndex((sample) => sample.failure === undefined)
  return firstGood < 0 ? [] : inOrder.slice(firstGood)
}

/** The report of a probe, from the requests since the first success, in their order. */
export function reportOf(url: string, since: readonly Sample[]): ProbeReport {
  const counted = since.filter((sample) => !sample.isUnsent)
  const unknown = since.length - counted.length
  const times = counted
    .filter((sample) => sample.failure === undefined)
    .map((sample) => sample.tookMs)
    .sort((a, b) => a - b)
  const failed = counted.filter((sample) => sample.failure !== undefined)
  return {
    url,
    requests: counted.length,
    failures: failed.length,
    ...(unknown === 0 ? {} : { unknown }),
    medianMs: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    firstFailures: failed
      .slice(0, KEPT_FAILURES)
      .map(({ atMs, failure }) => ({ atMs, reason: failure ?? '' })),
  }
}

/** Nearest-rank percentile of sorted values; 0 without values. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
