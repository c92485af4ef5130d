import type { StackService, StackTask } from '../../deploy/model/cluster.ts'
import type { ReleasedService } from '../../deploy/model/release.ts'
import { nodeName } from '../../deploy/swarm/describe-task.ts'
import { hasEnded, standingTasks, type StackView } from '../../deploy/swarm/judge-tasks.ts'
import type { SeenStack } from './status-observation.ts'
import type { FailedTask, ServiceStatus, SwarmStatus } from './status.ts'

type Seen = { view: StackView; nowMs: number }

/** A service keeps restarting if so many tasks in one place failed within this time; the loss of nodes rarely does that. */
const RESTARTING_MS = 5 * 60_000
const RESTARTING_TASKS = 3
/** Of one service; Swarm itself keeps five for each task that runs. */
const MOST_FAILED = 5

/**
 * State of a service of the release, from what Swarm says of its tasks. A task on a node that is down does not count as running,
 * although Swarm still calls it so.
 */
export function stackServiceStatus(
  name: string,
  released: Pick<ReleasedService, 'image' | 'digest' | 'tag' | 'replicas'>,
  { view, nowMs }: Seen,
): ServiceStatus {
  const service = view.services.find((it) => it.service === name)
  const image = {
    name: released.image.replace(/@.*$/, ''),
    ...(released.tag === undefined ? {} : { tag: released.tag }),
    digest: released.digest,
  }
  if (service === undefined) {
    const state = released.replicas === 0 ? 'stopped' : 'missing'
    return {
      service: name,
      state,
      health: 'none',
      running: 0,
      desired: released.replicas,
      restarts: 0,
      image,
    }
  }
  const running = runningTasks(service, view)
  const failed = failedTasks(service, view)
  const own = failed.filter(({ taskHash }) => taskHash === service.taskHash)
  const { updateState, updateMessage } = service
  return {
    service: name,
    state: stateOf(service, { running, recent: own.filter((it) => isRecent(it, nowMs)), view }),
    health: running.length > 0 && service.hasHealthCheck ? 'healthy' : 'none',
    running: running.length,
    desired: service.desiredTasks,
    restarts: own.length,
    ...(running.length > 0 && { upMs: Math.max(0, nowMs - newestOf(running)) }),
    image,
    nodes: [...new Set(running.map(({ nodeId }) => nodeName(nodeId, view.nodes) ?? nodeId))].sort(),
    ...(updateState !== undefined &&
      updateState !== 'completed' && { update: { state: updateState, message: updateMessage } }),
    ...(failed.length > 0 && {
      failedTasks: failed.slice(0, MOST_FAILED).map((task) => toFailedTask(task, view)),
    }),
  }
}

/** The tasks of a service that run, on nodes that are not down. */
export function runningTasks(service: StackService, view: StackView): StackTask[] {
  return standingTasks(service, view).filter(({ state }) => state === 'running')
}

/**
 * Tasks of a service that failed, newest first: those of its present definition, and of another one only if Swarm has not completed
 * the last update. A task that was lost with its node, or moved away from it, has not failed.
 */
export function failedTasks(service: StackService, { tasks, nodes }: StackView): StackTask[] {
  const isDone = service.updateState === undefined || service.updateState === 'completed'
  const isLeft = (id: string): boolean =>
    nodes.some((node) => node.id === id && node.availability !== 'active')
  return tasks
    .filter(
      (task) =>
        task.serviceId === service.id &&
        task.state !== 'orphaned' &&
        hasEnded(task) &&
        !(service.mode === 'job' && task.state === 'complete') &&
        !(task.state === 'complete' && isLeft(task.nodeId)) &&
        (!isDone || task.taskHash === service.taskHash),
    )
    .sort((a, b) => b.stateSinceMs - a.stateSinceMs)
}

/** The nodes, sorted by name. */
export function swarmStatus(stack: SeenStack): SwarmStatus {
  if ('failure' in stack) return { nodes: [], failure: stack.failure }
  const nodes = stack.view.nodes.map(({ name: node, role, state, availability, manager }) => ({
    ...{ node, role, state, availability },
    ...(manager?.isLeader === true && { isLeader: true as const }),
  }))
  return { nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)) }
}

function stateOf(
  service: StackService,
  { running, recent, view }: { running: readonly StackTask[]; recent: readonly StackTask[]; view: StackView },
): ServiceStatus['state'] {
  if (service.mode === 'job' && running.length === 0) {
    const isComplete = view.tasks.some((it) => it.serviceId === service.id && it.state === 'complete')
    return isComplete ? 'ended' : 'stopped'
  }
  const places = recent.map(({ slot, nodeId }) => slot ?? nodeId)
  if (places.some((it) => places.filter((other) => other === it).length >= RESTARTING_TASKS))
    return 'restarting'
  if (running.length === 0) return 'stopped'
  return running.length < service.desiredTasks ? 'partial' : 'running'
}

function isRecent({ stateSinceMs }: StackTask, nowMs: number): boolean {
  return nowMs - stateSinceMs < RESTARTING_MS
}

function newestOf(tasks: readonly StackTask[]): number {
  return Math.max(...tasks.map(({ stateSinceMs }) => stateSinceMs))
}

function toFailedTask({ id, nodeId, error, exitCode, stateSinceMs }: StackTask, view: StackView): FailedTask {
  const node = nodeName(nodeId, view.nodes)
  return {
    task: id,
    ...(node !== undefined && { node }),
    error,
    ...(exitCode !== undefined && { exitCode }),
    atMs: stateSinceMs,
  }
}
