import type { ClusterNode, StackTask } from '../model/cluster.ts'
import { describeTask } from './describe-task.ts'
import type { ServiceState } from './judge-tasks.ts'

/** The task that shows why a service is not done; undefined without any. */
export function taskOf({ failed, next }: ServiceState): StackTask | undefined {
  return failed ?? next
}

/** Swarm's words about the task that failed, or else about the one that does not run yet; empty without any. */
export function errorOf({ failed, next }: ServiceState): string {
  return failed?.error !== undefined && failed.error !== '' ? failed.error : (next?.error ?? '')
}

/** Why a service is not done: `a task on node w1 exited with code 3`. */
export function reasonOf(state: ServiceState, nodes: readonly ClusterNode[]): string {
  const task = taskOf(state)
  if (task !== undefined) return describeTask({ ...task, error: errorOf(state) }, nodes)
  if (state.message !== '') return state.message
  return state.of === 0 ? 'Swarm wants no task of it on any node' : 'it gave no reason'
}

/** `0 of 2 tasks run (a task on node w1 exited with code 3)` */
export function describeState(state: ServiceState, nodes: readonly ClusterNode[]): string {
  if (state.state === 'gone') return 'nothing is in the stack'
  const { good, of } = state
  return `${good} of ${of} tasks run (${reasonOf(state, nodes)})`
}
