import type { Attempt, StepTime } from '../../../deploy/releases/history.ts'

/** A step of an attempt: `waiting` if it is still to come, `skipped` if the attempt ended before it. */
export type ListedStep = {
  id: number
  /** `Wait until backend is healthy`; `wait healthy` in a journal of an older dray. */
  title: string
  state: 'done' | 'failed' | 'cancelled' | 'running' | 'waiting' | 'skipped'
  startedAtMs: number | undefined
  /** Undefined until it has ended. */
  durationMs: number | undefined
}

/** Every step of an attempt on one host in the order of its plan, as far as it is known. */
export function listSteps({
  steps,
  plan,
  outcome,
}: Pick<Attempt, 'steps' | 'plan' | 'outcome'>): ListedStep[] {
  const titles = new Map(plan.map(({ id, title }) => [id, title]))
  const begun = new Set(steps.map(({ id }) => id))
  const state = outcome.kind === 'unfinished' && outcome.isKilled !== true ? 'waiting' : 'skipped'
  const listed: ListedStep[] = [
    ...steps.map((step) => ({
      id: step.id,
      title: titles.get(step.id) ?? stepWords(step),
      state: step.outcome === 'unfinished' ? ('running' as const) : step.outcome,
      startedAtMs: step.startedAtMs,
      durationMs: step.durationMs,
    })),
    ...plan
      .filter(({ id }) => !begun.has(id))
      .map(({ id, title }) => ({ id, title, state, startedAtMs: undefined, durationMs: undefined }) as const),
  ]
  return listed.sort((a, b) => a.id - b.id)
}

/** A step in a few words: `wait healthy`, `run task migrate`. */
function stepWords({ kind, task }: StepTime): string {
  return [kind.replaceAll('-', ' '), ...(task === undefined ? [] : [task])].join(' ')
}
