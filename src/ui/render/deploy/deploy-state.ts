import type {
  DeployEvent,
  Failure,
  ProbeReport,
  ReleaseKind,
  ShownLane,
  StepOutcome,
} from '../../../deploy/model/events.ts'
import type { Plan, Step } from '../../../deploy/model/plan.ts'
import { stepTitle } from '../../../deploy/execute/step-title.ts'
import type { DeployFinished } from './render-summary.ts'

/** The state of a step, from the events so far. Times are milliseconds since the epoch. */
export type StepState = Omit<ShownLane, 'isHost'> & {
  state: 'waiting' | 'running' | StepOutcome
  startedAt?: number
  durationMs?: number
  result?: string
  doneBytes?: number
  totalBytes?: number
  text?: string
  lastLine?: string
  /** It is one of many of the same kind, and gets one line in a log. */
  isBrief?: true
}

/** The state of one deploy, from its events so far. */
export type DeployState = {
  startedAt: number | undefined
  kind: ReleaseKind
  app: string | undefined
  environment: string | undefined
  hosts: readonly string[]
  tag: string | undefined
  plan: Plan | undefined
  /** Number of steps that are shown of the plan. */
  planned: number
  /** In the order of the plan, then the steps that are not in the plan. */
  steps: Map<number, StepState>
  warnings: { text: string; hint?: string }[]
  /** The latest note, such as an action before the plan is made. */
  activity: string | undefined
  undoing: string | undefined
  probe: ProbeReport | undefined
  /** Counts of the probe while it is running. */
  sampled: { requests: number; failures: number } | undefined
  finished: DeployFinished | undefined
  failure: Failure | undefined
}

export function createDeployState(): DeployState {
  return {
    startedAt: undefined,
    kind: 'deploy',
    app: undefined,
    environment: undefined,
    hosts: [],
    tag: undefined,
    plan: undefined,
    planned: 0,
    steps: new Map(),
    warnings: [],
    activity: undefined,
    undoing: undefined,
    probe: undefined,
    sampled: undefined,
    finished: undefined,
    failure: undefined,
  }
}

/** The state after a complete list of events, such as a recorded one. */
export function deployStateOf(events: Iterable<DeployEvent>): DeployState {
  const deployState = createDeployState()
  for (const event of events) addToDeployState(deployState, event)
  return deployState
}

/** Adds one event to `deployState`. Steps that are not in the plan, such as those of an undo, are appended. */
export function addToDeployState(deployState: DeployState, event: DeployEvent): void {
  deployState.startedAt ??= event.at
  switch (event.type) {
    case 'deploy.started':
      deployState.kind = event.kind
      deployState.app = event.app
      deployState.environment = event.environment
      deployState.hosts = event.hosts
      deployState.tag = event.tag
      return
    case 'note':
      if (event.level === 'warning') deployState.warnings.push({ text: event.text, hint: event.hint })
      else deployState.activity = event.text
      return
    case 'plan.made':
      addPlan(deployState, event)
      return
    case 'step.started': {
      const { stepId: id, kind, host, title, cause, at } = event
      const { speaker = title, isBrief } = deployState.steps.get(id) ?? {}
      const known = { id, kind, host, title, cause, speaker, ...(isBrief && { isBrief }) }
      deployState.steps.set(id, { ...known, state: 'running', startedAt: at })
      return
    }
    case 'step.progressed':
      addProgress(deployState.steps.get(event.stepId), event)
      return
    case 'step.printed': {
      const step = deployState.steps.get(event.stepId)
      if (step) step.lastLine = event.line
      return
    }
    case 'step.finished': {
      const { outcome, durationMs, result } = event
      const step = deployState.steps.get(event.stepId)
      if (step) Object.assign(step, { state: outcome, durationMs, result })
      return
    }
    case 'hook.started':
    case 'hook.printed':
    case 'hook.finished':
      return
    case 'probe.sampled':
      deployState.sampled = event
      return
    case 'probe.finished':
      deployState.probe = event.report
      return
    case 'undo.started':
      deployState.undoing = event.reason
      return
    case 'deploy.finished':
      deployState.finished = event
      return
    case 'failed':
      deployState.failure = event.failure
      return
  }
}

/** Bytes per second since the step began; undefined during its first half second. */
export function rateOf(step: StepState, now: number): number | undefined {
  const elapsedMs = now - (step.startedAt ?? now)
  return step.doneBytes && elapsedMs >= 500 ? (step.doneBytes / elapsedMs) * 1000 : undefined
}

/** Whether the steps run on more than one host. Each step then names its host. */
export function hasSeveralHosts(deployState: DeployState): boolean {
  return new Set([...deployState.steps.values()].map(({ host }) => host)).size > 1
}

function addPlan(
  deployState: DeployState,
  { plan, lanes }: Extract<DeployEvent, { type: 'plan.made' }>,
): void {
  deployState.plan = plan
  for (const text of plan.warnings) deployState.warnings.push({ text })
  for (const { isHost, ...lane } of lanes ?? [])
    deployState.steps.set(lane.id, { ...lane, state: 'waiting', ...(isHost && { isBrief: true }) })
  deployState.planned = lanes?.length ?? plan.steps.length
  if (lanes !== undefined) return
  for (const step of plan.steps) {
    const { id, kind, host, cause } = step
    deployState.steps.set(id, {
      id,
      kind,
      host,
      cause,
      title: stepTitle(step),
      speaker: speakerOf(step),
      state: 'waiting',
    })
  }
}

function speakerOf(step: Step): string {
  if (step.kind === 'run-task') return step.task
  return 'service' in step ? step.service : stepTitle(step)
}

function addProgress(
  step: StepState | undefined,
  event: Extract<DeployEvent, { type: 'step.progressed' }>,
): void {
  if (!step) return
  step.doneBytes = event.doneBytes ?? step.doneBytes
  step.totalBytes = event.totalBytes ?? step.totalBytes
  step.text = event.text ?? step.text
}
