import { DrayError } from '../../errors/dray-error.ts'
import type { ClusterNode, StackTask } from '../model/cluster.ts'
import { hasTaskEnded, isAway, nodeName } from '../model/task-name.ts'
import { kindOfFailure } from './judge-tasks.ts'

/** What a look at a job shows: of the task that decides, and how often Swarm has run it. */
export type JobState = {
  kind: 'ended' | 'running' | 'lost' | 'placeless' | 'pulling' | 'waiting'
  /** Undefined until Swarm has created it. */
  task: StackTask | undefined
  runs: number
}

/** How long a job may be so without a break, in milliseconds: a node that Swarm calls down may come back. */
const LIMITS: Readonly<Record<JobState['kind'], number>> = {
  ended: Infinity,
  running: Infinity,
  lost: 60_000,
  placeless: 60_000,
  pulling: 30 * 60_000,
  waiting: 2 * 60_000,
}

/** Not given to a node yet. */
const UNPLACED = new Set(['new', 'pending'])

/**
 * What the tasks of a job say. Swarm may run a task of a job again, for example when it elects a leader: a run that failed decides,
 * whatever became of the others.
 */
export function judgeJob(tasks: readonly StackTask[], nodes: readonly ClusterNode[]): JobState {
  const newestFirst = tasks.toSorted((a, b) => b.createdAtMs - a.createdAtMs)
  const ran = newestFirst.filter(({ hasContainer }) => hasContainer)
  const task = ran.find((it) => hasTaskEnded(it) && it.state !== 'complete') ?? newestFirst[0]
  return { kind: kindOf(task, nodes), task, runs: ran.length }
}

function kindOf(task: StackTask | undefined, nodes: readonly ClusterNode[]): JobState['kind'] {
  if (task === undefined) return 'waiting'
  if (hasTaskEnded(task)) return 'ended'
  if (nodes.some((node) => node.id === task.nodeId && isAway(node))) return 'lost'
  if (task.hasContainer) return 'running'
  if (isPlaceless(task)) return 'placeless'
  return task.state === 'preparing' ? 'pulling' : 'waiting'
}

function isPlaceless({ state, error }: StackTask): boolean {
  return UNPLACED.has(state) && (kindOfFailure(error) === 'no-node' || (state === 'pending' && error !== ''))
}

/** Whether nothing of a job has run when it is removed: no node has created its container, and none can. */
export function hasNotRun(tasks: readonly StackTask[]): boolean {
  return (
    tasks.length > 0 && tasks.every((it) => !it.hasContainer && (it.state === 'rejected' || isPlaceless(it)))
  )
}

/**
 * Throws TASK_NODE_LOST, STACK_NO_NODE, and TASK_FAILED if the task was not started, once a job was in a state for too long: `forMs`
 * milliseconds without a break.
 */
export function refuseStill(
  { kind, task }: JobState,
  { forMs, name, nodes }: { forMs: number; name: string; nodes: readonly ClusterNode[] },
): void {
  const limitMs = LIMITS[kind]
  if (forMs < limitMs) return
  const node = task === undefined || task.nodeId === '' ? undefined : nodeName(task.nodeId, nodes)
  if (kind === 'lost')
    throw new DrayError(
      'TASK_NODE_LOST',
      `Node ${node ?? ''} went down while task ${name} was running there.`,
    )
  if (kind === 'placeless')
    throw new DrayError('STACK_NO_NODE', `Swarm finds no node for task ${name}: ${task?.error ?? ''}.`)
  const limit = `${limitMs / 60_000} min`
  if (kind === 'pulling')
    throw new DrayError('TASK_FAILED', `Node ${node ?? ''} did not prepare task ${name} within ${limit}.`, {
      hint: `\`docker pull\` on the node shows whether it reaches the registry, and \`journalctl -u docker\` what happened.`,
    })
  const where = `${task === undefined ? '' : `: it is ${task.state}`}${node === undefined ? '' : ` on node ${node}`}`
  throw new DrayError('TASK_FAILED', `Swarm did not start task ${name} within ${limit}${where}.`, {
    hint: '`docker node ls` and `docker service ps` on a manager show what it waits for.',
  })
}

/** The exit code of a task that ended. Throws TASK_FAILED if its program did not run to its end. */
export function exitCodeOf({ state, exitCode = 0, error, hasContainer }: StackTask, name: string): number {
  if (state === 'complete') return 0
  if (exitCode !== 0) return exitCode
  const why = error === '' ? `it ended as ${state}` : error
  throw new DrayError('TASK_FAILED', `Task ${name} ${hasContainer ? 'failed' : 'did not run'}: ${why}.`)
}
