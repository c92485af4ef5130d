import type { ClusterNode, StackService, StackTask } from '../model/cluster.ts'
import type { StackChange } from '../model/plan.ts'
import { isAway } from '../model/task-name.ts'

/** What a swarm says of a stack at one moment. */
export type StackView = {
  services: readonly StackService[]
  tasks: readonly StackTask[]
  nodes: readonly ClusterNode[]
}

/** How far one service is. `good`: tasks that run the release; `of`: tasks that should. */
export type ServiceState = {
  service: string
  state: 'done' | 'waiting' | 'paused' | 'rolled-back' | 'gone'
  good: number
  of: number
  /** The tasks that run the release. */
  running: readonly StackTask[]
  /** Tasks that run something else, or that Swarm is stopping. Without those on nodes that are down. */
  old: number
  /** The compose file has a health check. */
  hasHealthCheck: boolean
  /** Tasks that Swarm is stopping, and that still run: they may still answer. Without those on nodes that are down. */
  stopping: number
  /** The task that Swarm blames, or the newest of the release that ended or was refused since `sinceMs`; undefined without any. */
  failed: StackTask | undefined
  /** How many tasks of the release a node could not connect to their network, since `sinceMs`. */
  unconnected: number
  /** Its newest task of the release that does not run yet. */
  next: StackTask | undefined
  /** Swarm's words about the update. */
  message: string
}

const FAILED = new Set(['failed', 'rejected', 'orphaned'])

/**
 * Compares a service with what the plan wants of it. Done: as many tasks as Swarm wants run the present definition and the
 * planned image, no other task is wanted, and no update is under way. A global service that no node may run is not. A task on a node that is down does not count: Swarm still
 * calls it running for a while. It also calls an update unfinished that had begun on such a node (swarmkit waits for that task).
 */
export function judgeService(
  { service: name, image }: Pick<StackChange, 'service' | 'image'>,
  { services, tasks, nodes }: StackView,
  sinceMs: number,
): ServiceState {
  const service = services.find((it) => it.service === name)
  if (service === undefined) {
    return {
      service: name,
      state: 'gone',
      good: 0,
      of: 1,
      running: [],
      old: 0,
      hasHealthCheck: false,
      stopping: 0,
      failed: undefined,
      unconnected: 0,
      next: undefined,
      message: '',
    }
  }
  const own = tasks.filter(({ serviceId }) => serviceId === service.id)
  const fresh = own.filter((it) => it.image === image && it.taskHash === service.taskHash)
  const wanted = standingTasks(service, { tasks, nodes })
  const running = wanted.filter((it) => it.state === 'running' && fresh.includes(it))
  const good = running.length
  const newest = [...fresh].sort((a, b) => b.createdAtMs - a.createdAtMs)
  // After a rollback by Swarm, the service has its old definition, and only the image shows which tasks failed.
  const ended = own
    .filter((it) => it.image === image && hasEnded(it))
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  const { updateState = 'completed' } = service
  const isDone =
    good === service.desiredTasks &&
    (good > 0 || service.mode !== 'global') &&
    wanted.length === good &&
    (updateState === 'completed' || (updateState === 'updating' && nodes.some(isAway))) &&
    service.image === image
  return {
    service: name,
    state: stateOf(updateState) ?? (service.image === image ? (isDone ? 'done' : 'waiting') : 'rolled-back'),
    good,
    of: service.desiredTasks,
    running,
    old: own.filter((it) => it.state === 'running' && !running.includes(it) && !isOnLostNode(it, nodes))
      .length,
    hasHealthCheck: service.hasHealthCheck,
    stopping: own.filter(
      (it) => it.state === 'running' && it.desiredState !== 'running' && !isOnLostNode(it, nodes),
    ).length,
    failed:
      own.find(({ id }) => updateState === 'paused' && service.updateMessage.includes(id)) ??
      ended.find(({ createdAtMs }) => createdAtMs >= sinceMs),
    unconnected: newest.filter((it) => it.createdAtMs >= sinceMs && kindOfFailure(it.error) === 'network')
      .length,
    next: newest.find((it) => it.desiredState === 'running' && it.state !== 'running'),
    message: service.updateMessage,
  }
}

/** Tasks that Swarm wants to run, without those on nodes that are down. */
export function standingTasks(
  { id }: StackService,
  { tasks, nodes }: Pick<StackView, 'tasks' | 'nodes'>,
): StackTask[] {
  return tasks.filter(
    (task) => task.serviceId === id && task.desiredState === 'running' && !isOnLostNode(task, nodes),
  )
}

/** Swarm still calls such a task running for a while. */
function isOnLostNode({ nodeId }: StackTask, nodes: readonly ClusterNode[]): boolean {
  return nodes.some((node) => node.id === nodeId && isAway(node))
}

/** A task of a service that should run on has failed if it ended, whatever its exit code. */
export function hasEnded({ state, desiredState }: StackTask): boolean {
  return FAILED.has(state) || (state === 'complete' && desiredState === 'shutdown')
}

function stateOf(updateState: string): ServiceState['state'] | undefined {
  if (updateState === 'paused') return 'paused'
  return updateState.startsWith('rollback') ? 'rolled-back' : undefined
}

/** `web 1 of 2, api 0 of 3`: services that are not done, or of which old tasks still run. */
export function describeProgress(states: readonly ServiceState[]): string {
  return states
    .filter(({ state, stopping }) => state !== 'done' || stopping > 0)
    .map(({ state, service, good, of, next, stopping }) => {
      const rest = state === 'done' ? `${stopping} old still running` : next?.state
      return `${service} ${good} of ${of}${rest === undefined ? '' : ` (${rest})`}`
    })
    .join(', ')
}

/** What kind of failure Swarm's words about a task mean. The texts are those of Engine 20.10 to 28.5; there are no codes. */
export function kindOfFailure(error: string): 'network' | 'no-node' | 'image' | 'other' {
  if (/no suitable node|scheduling constraints not satisfied|insufficient resources/i.test(error))
    return 'no-node'
  if (/No such image|manifest unknown|pull access denied/i.test(error)) return 'image'
  const isNetwork =
    /sandbox join failed|pool overlaps|vxlan interface|could not find an available|failed to (?:allocate|setup|create) (?:gateway|network)|network .* not found|error creating (?:external connectivity|overlay)|subnet sandbox|ingress-sbox|cannot program address|context deadline exceeded.*network/i
  return isNetwork.test(error) ? 'network' : 'other'
}
