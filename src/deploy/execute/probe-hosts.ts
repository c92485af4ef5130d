import { isAccepted, isAtHost, probeTargetOf } from '../model/entrance.ts'
import { limitDesired } from '../model/limit-desired.ts'
import type { ProbeReport } from '../model/events.ts'
import type { Entrance } from '../model/prober.ts'
import type { Execution, HostRun } from './execution.ts'
import { isReported, reportOf, startProbing, type Sample } from './probe.ts'

/** Up to this number, each host gets as many requests as a single one; of more, all together do not get more. */
const FULL_RATE_HOSTS = 5

/**
 * Probes the app during a deploy, on each host, and emits about one `probe.sampled` a second. Uses the URL of the probe or the
 * proxy, else the first entrance; a host without one is not probed, and a public URL only once. Undefined without any.
 * `stop()` gives one report for all.
 */
export function probeHosts(
  { everyMs, timeoutMs }: { everyMs: number; timeoutMs: number },
  { desired, clock, emit, hosts }: Pick<Execution, 'desired' | 'clock' | 'emit' | 'hosts'>,
): { stop: () => Promise<ProbeReport> } | undefined {
  const targets = [...hosts.values()].flatMap((run): { run: HostRun; target: Entrance }[] => {
    const target =
      probeTargetOf(run.observation, limitDesired(run.observation, desired)) ?? run.observation.entrances[0]
    return target === undefined ? [] : [{ run, target }]
  })
  const probed = targets.filter(
    ({ target }, index) =>
      isAtHost(target) || targets.findIndex((it) => it.target.url === target.url) === index,
  )
  const [first] = probed
  if (first === undefined) return undefined
  const pauseMs = everyMs * Math.max(1, probed.length / FULL_RATE_HOSTS)
  const counts = probed.map(() => ({ requests: 0, failures: 0 }))
  const probings = probed.map(({ run, target }, index) =>
    startProbing({
      prober: run.host.prober,
      target,
      everyMs: pauseMs,
      timeoutMs,
      clock,
      // A public URL is probed once, for every host behind it.
      answers: isAtHost(target)
        ? [run.answers]
        : targets.filter((it) => it.target.url === target.url).map((it) => it.run.answers),
      onSample: (answer, counted) => {
        if (isAccepted(target, answer)) run.done.answered.set(target.url, target)
        counts[index] = counted
        if (index > 0 || !isReported(counted.requests, pauseMs)) return
        emit({ type: 'probe.sampled', at: clock.now(), ...sumOf(counts) })
      },
    }),
  )
  return {
    stop: async () => {
      const samples = await Promise.all(probings.map((it) => it.stopAll()))
      if (probed.length === 1) return reportOf(first.target.url, samples[0] ?? [])
      const urls = new Set(probed.map(({ target }) => target.url))
      return reportOf(
        `${[...urls].join(', ')} on ${probed.length} hosts`,
        samples
          .flatMap((those, index) => nameFailures(those, probed[index]?.run.host.name ?? ''))
          .sort((a, b) => a.atMs - b.atMs),
      )
    },
  }
}

function sumOf(counts: readonly { requests: number; failures: number }[]) {
  return {
    requests: counts.reduce((sum, { requests }) => sum + requests, 0),
    failures: counts.reduce((sum, { failures }) => sum + failures, 0),
  }
}

function nameFailures(samples: readonly Sample[], host: string): Sample[] {
  return samples.map((it) => (it.failure === undefined ? it : { ...it, failure: `${host}: ${it.failure}` }))
}
