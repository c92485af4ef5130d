import type { Clock } from '../../shared/clock.ts'
import { probeTargetOf } from '../model/entrance.ts'
import type { ProbeReport } from '../model/events.ts'
import type { Entrance, HostObservation } from '../model/observation.ts'
import type { ProbeAnswer, Prober } from '../model/prober.ts'
import type { Execution } from './execution.ts'

export type Probing = {
  /** Stops the probe, waits for pending requests and returns the report. */
  stop(): Promise<ProbeReport>
}

const KEPT_FAILURES = 5

/**
 * Probes the app during a deploy and emits about one `probe.sampled` a second. Uses the URL of the probe or the proxy, else
 * the first entrance; undefined without one.
 */
export function probeApp(
  { observation, prober }: { observation: HostObservation; prober: Prober },
  { everyMs, timeoutMs }: { everyMs: number; timeoutMs: number },
  { desired, clock, emit }: Pick<Execution, 'desired' | 'clock' | 'emit'>,
): Probing | undefined {
  const target = probeTargetOf(observation, desired) ?? observation.entrances[0]
  if (target === undefined) return undefined
  return startProbing({
    prober,
    target,
    everyMs,
    timeoutMs,
    clock,
    onSample: ({ requests, failures }) => {
      if ((requests * everyMs) % 1000 >= everyMs) return
      emit({ type: 'probe.sampled', at: clock.now(), requests, failures })
    },
  })
}

/**
 * Sends a request to the target every `everyMs`, on the clock, each on a new connection, and counts failures: no answer within
 * `timeoutMs`, or status 500 or above. If the app was down from the start, failures before the first success do not count.
 */
export function startProbing(options: {
  prober: Prober
  target: Pick<Entrance, 'url' | 'fromHost'>
  everyMs: number
  timeoutMs: number
  clock: Clock
  onSample?: (counted: { requests: number; failures: number }) => void
}): Probing {
  const { prober, target, clock } = options
  const startedAtMs = clock.now()
  const end = new AbortController()
  const underWay = new Set<Promise<void>>()
  const samples: { atMs: number; tookMs: number; failure: string | undefined }[] = []
  let failures = 0

  const send = async (): Promise<void> => {
    const sentAtMs = clock.now()
    const failure = failureOf(await prober.get(target.url, options.timeoutMs, target))
    samples.push({ atMs: sentAtMs - startedAtMs, tookMs: clock.now() - sentAtMs, failure })
    if (failure !== undefined) failures += 1
    options.onSample?.({ requests: samples.length, failures })
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

  return {
    stop: async () => {
      end.abort()
      await running
      await Promise.all(underWay)
      return reportOf(target.url, samples)
    },
  }
}

function failureOf(answer: ProbeAnswer): string | undefined {
  if ('error' in answer) return answer.error
  return answer.status >= 500 ? `status ${answer.status}` : undefined
}

function reportOf(
  url: string,
  samples: readonly { atMs: number; tookMs: number; failure: string | undefined }[],
): ProbeReport {
  const inOrder = [...samples].sort((a, b) => a.atMs - b.atMs)
  const firstGood = inOrder.findIndex((sample) => sample.failure === undefined)
  const counted = firstGood < 0 ? [] : inOrder.slice(firstGood)
  const times = counted
    .filter((sample) => sample.failure === undefined)
    .map((sample) => sample.tookMs)
    .sort((a, b) => a - b)
  const failed = counted.filter((sample) => sample.failure !== undefined)
  return {
    url,
    requests: counted.length,
    failures: failed.length,
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
