import type { Attempt } from '../../deploy/releases/history.ts'

/** Which release answers requests: the one before, the new one, or either while traffic is switched. */
export type Answering = 'before' | 'either' | 'after'

/** Requests of the probe in a span of time, per second. */
export type Rate = { fromMs: number; toMs: number; answered: number; failed: number; by: Answering }

type Told = Pick<
  Attempt,
  'startedAtMs' | 'durationMs' | 'samples' | 'requests' | 'steps' | 'plan' | 'undo' | 'outcome'
>

/** The requests of the probe during an attempt, from sample to sample and from change to change. */
export function ratesOf(attempt: Told): Rate[] {
  const rates: Rate[] = []
  const judged = { ...attempt, switching: switchOf(attempt) }
  let before = { atMs: attempt.startedAtMs, requests: 0, failures: 0 }
  for (const sample of countsOf(attempt)) {
    const seconds = (sample.atMs - before.atMs) / 1000
    if (seconds <= 0) continue
    const failed = Math.max(0, sample.failures - before.failures)
    const answered = Math.max(0, sample.requests - before.requests - failed)
    const times = [before.atMs, ...changesBetween(judged, before.atMs, sample.atMs), sample.atMs]
    for (const [index, toMs] of times.slice(1).entries()) {
      const fromMs = times[index] ?? toMs
      const by = judge(judged, (fromMs + toMs) / 2)
      rates.push({ fromMs, toMs, answered: answered / seconds, failed: failed / seconds, by })
    }
    before = sample
  }
  return rates
}

/** The samples, and the counts at the end. */
function countsOf({ startedAtMs, durationMs, samples, requests }: Told): Told['samples'] {
  if (durationMs === undefined || requests === undefined || samples.length === 0) return samples
  return [...samples, { atMs: startedAtMs + durationMs, requests: requests.sent, failures: requests.failed }]
}

/** Steps that switch traffic, whatever the proxy. */
const SWITCHING = new Set([
  'switch-traffic',
  'forward-ports',
  'end-forward',
  'start-stand-in',
  'recreate-services',
  // Swarm takes tasks out of its load balancer one after the other until all have been replaced.
  'update-stack',
  'await-tasks',
])
/** Without a proxy in which dray switches traffic, new containers get requests once they run. */
const WITHOUT_PROXY = new Set([...SWITCHING, 'start-beside', 'stop-old'])

/** When the switching begins and ends, as far as it has; Infinity if it has not. */
function switchOf({ steps, plan }: Told): { beginsMs: number; endsMs: number } {
  const kinds = [...plan, ...steps].map(({ kind }) => kind)
  const switching = kinds.includes('switch-traffic') ? SWITCHING : WITHOUT_PROXY
  const taken = steps.filter(({ kind }) => switching.has(kind))
  const ids = new Set(taken.map(({ id }) => id))
  const isComplete = plan.every(({ id, kind }) => !switching.has(kind) || ids.has(id))
  const ends = taken.map((it) => it.startedAtMs + (it.durationMs ?? Infinity))
  return {
    beginsMs: Math.min(...taken.map((step) => step.startedAtMs)),
    endsMs: isComplete ? Math.max(...ends) : Infinity,
  }
}

/** With the switching worked out once: an attempt may have thousands of samples and steps. */
type Judged = Told & { switching: ReturnType<typeof switchOf> }

function changesBetween({ switching, undo }: Judged, fromMs: number, toMs: number): number[] {
  const times = [switching.beginsMs, switching.endsMs, undo?.endedAtMs ?? Infinity]
  return times.filter((atMs) => atMs > fromMs && atMs < toMs).sort((a, b) => a - b)
}

/** Which release answers at a time, judged by the steps: no answer says which container gave it. */
export function answeringAt(attempt: Told, atMs: number): Answering {
  return judge({ ...attempt, switching: switchOf(attempt) }, atMs)
}

function judge({ undo, outcome, switching: { beginsMs, endsMs } }: Judged, atMs: number): Answering {
  if (atMs < beginsMs) return 'before'
  if (outcome.kind === 'failed' || undo !== undefined) {
    return undo?.endedAtMs !== undefined && atMs >= undo.endedAtMs ? 'before' : 'either'
  }
  return atMs >= endsMs ? 'after' : 'either'
}
