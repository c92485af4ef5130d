import type { DeployEvent, Failure, ProbeReport } from '../../../src/deploy/model/events.ts'
import type { Plan, Step, StepKind, StepOf } from '../../../src/deploy/model/plan.ts'
import type { RunResult } from '../net/run-command.ts'

/** An event as `--json` prints it. */
export type ToldEvent = { time: string } & DeployEvent

/** What a run of `dray deploy --json` told. */
export type DeployResult = RunResult & {
  events: readonly ToldEvent[]
  plan: Plan | undefined
  failure: Failure | undefined
  probe: ProbeReport | undefined
  outcome: string | undefined
  /** Lines that tasks printed. */
  printed: readonly string[]
}

/** Reads the standard output of a run with `--json`. */
export function readDeployResult(result: RunResult): DeployResult {
  const lines = result.stdout.split('\n').filter((line) => line.startsWith('{'))
  const events = lines.map((line) => JSON.parse(line) as ToldEvent)
  return {
    ...result,
    events,
    plan: find(events, 'plan.made')?.plan,
    failure: find(events, 'failed')?.failure,
    probe: find(events, 'probe.finished')?.report,
    outcome: find(events, 'deploy.finished')?.outcome,
    printed: events.flatMap((event) => (event.type === 'step.printed' ? [event.line] : [])),
  }
}

/** Steps of one kind of the plan. */
export function stepsOf<K extends StepKind>(result: DeployResult, kind: K): StepOf<K>[] {
  return (result.plan?.steps ?? []).filter((step: Step): step is StepOf<K> => step.kind === kind)
}

/** When the first step of that kind ended, in milliseconds since the epoch. */
export function endOf(result: DeployResult, kind: StepKind): number {
  const started = result.events.find((event) => event.type === 'step.started' && event.kind === kind)
  const id = started?.type === 'step.started' ? started.stepId : undefined
  const ended = result.events.find((event) => event.type === 'step.finished' && event.stepId === id)
  if (ended === undefined) throw new Error(`No step ${kind} ended.`)
  return Date.parse(ended.time)
}

function find<T extends DeployEvent['type']>(events: readonly ToldEvent[], type: T) {
  return events.find((event): event is Extract<ToldEvent, { type: T }> => event.type === type)
}
