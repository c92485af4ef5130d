import type { DeployEvent, EventSink, ShownLane } from '../../deploy/model/events.ts'
import { MANY_HOSTS } from '../../deploy/model/plan.ts'
import type { Phase, Plan, Step } from '../../deploy/model/plan.ts'
import { stepTitle } from '../../deploy/execute/step-title.ts'

const TITLES: Readonly<Record<Phase['name'], string>> = {
  prepare: 'Prepare',
  traffic: 'Switch traffic',
  stop: 'Stop the old containers',
  check: 'Check the new containers',
  record: 'Record the release',
  clean: 'Remove the old containers',
}

type OpenLane = ShownLane & {
  steps: readonly Step[]
  /** Ids of steps that have not ended. */
  open: Set<number>
  startedAt?: number
  isOver?: true
}

/**
 * Makes a deploy to many hosts readable: instead of every step, `report` gets one for each host whose traffic switches, and one
 * for each other phase. A step that fails is named with its host. A deploy to few hosts passes unchanged.
 */
export function condenseHosts(report: EventSink): EventSink {
  let lanes: OpenLane[] = []
  const laneOf = (stepId: number): OpenLane | undefined =>
    lanes.find(({ steps }) => steps.some(({ id }) => id === stepId))
  const tellProgress = (lane: OpenLane, text: string, at: number): void =>
    report({ type: 'step.progressed', at, stepId: lane.id, text })

  const finish = (
    lane: OpenLane,
    { at, outcome }: Extract<DeployEvent, { type: 'step.finished' }>,
    result: string | undefined,
  ): void => {
    lane.isOver = true
    const durationMs = at - (lane.startedAt ?? at)
    report({ type: 'step.finished', at, stepId: lane.id, outcome, durationMs, ...(result && { result }) })
  }
  const finishStep = (lane: OpenLane, event: Extract<DeployEvent, { type: 'step.finished' }>): void => {
    if (lane.isOver) return
    lane.open.delete(event.stepId)
    if (event.outcome === 'failed') finish(lane, event, failedStep(lane, event.stepId))
    else if (lane.open.size === 0) finish(lane, event, lane.steps.length === 1 ? event.result : undefined)
    else if (!lane.isHost) tellProgress(lane, countHosts(lane), event.at)
  }
  const start = (lane: OpenLane, event: Extract<DeployEvent, { type: 'step.started' }>): void => {
    if (lane.startedAt === undefined) {
      lane.startedAt = event.at
      const { id: stepId, title, host, cause } = lane
      report({ ...event, stepId, title, host, cause })
    }
    if (lane.isHost) tellProgress(lane, event.title, event.at)
  }

  return (event) => {
    const lane = 'stepId' in event ? laneOf(event.stepId) : undefined
    if (event.type === 'plan.made') {
      lanes = makeLanes(event.plan)
      report(lanes.length === 0 ? event : { ...event, lanes: lanes.map(describe) })
    } else if (lane === undefined) report(event)
    else if (event.type === 'step.started') start(lane, event)
    else if (event.type === 'step.finished') finishStep(lane, event)
    else if (event.type === 'step.printed') report({ ...event, stepId: lane.id })
    else if (event.type === 'step.progressed' && lane.steps.length === 1)
      report({ ...event, stepId: lane.id })
  }
}

function makeLanes({ steps }: Plan): OpenLane[] {
  if (new Set(steps.map(({ host }) => host)).size <= MANY_HOSTS) return []
  const groups = new Map<string, Step[]>()
  for (const step of steps) {
    const { phase, host, id } = step
    const key = phase === undefined ? `${id}` : phase.name === 'traffic' ? `traffic ${host}` : phase.name
    groups.set(key, [...(groups.get(key) ?? []), step])
  }
  return [...groups.values()].flatMap((those, index) => {
    const [first] = those
    if (first === undefined) return []
    const { phase, host, cause, kind } = first
    const hosts = new Set(those.map((it) => it.host))
    const isHost = phase?.name === 'traffic'
    return [
      {
        id: index + 1,
        kind,
        title: phase === undefined ? stepTitle(first) : TITLES[phase.name],
        host: phase === undefined || isHost ? host : `${hosts.size} hosts`,
        cause: phase === undefined ? cause : '',
        speaker: first.kind === 'run-task' ? first.task : TITLES[phase?.name ?? 'traffic'],
        isHost,
        steps: those,
        open: new Set(those.map(({ id }) => id)),
      },
    ]
  })
}

function describe({ id, kind, title, host, cause, speaker, isHost }: OpenLane): ShownLane {
  return { id, kind, title, host, cause, speaker, isHost }
}

function failedStep({ steps }: OpenLane, stepId: number): string {
  const step = steps.find(({ id }) => id === stepId)
  return step === undefined ? '' : `${stepTitle(step)} on ${step.host}`
}

function countHosts({ steps, open }: OpenLane): string {
  const hosts = new Set(steps.map(({ host }) => host))
  const left = new Set(steps.flatMap(({ id, host }) => (open.has(id) ? [host] : [])))
  return `${hosts.size - left.size} of ${hosts.size} hosts`
}
