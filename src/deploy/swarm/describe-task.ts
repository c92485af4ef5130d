import type { ClusterNode, StackTask } from '../model/cluster.ts'

type Described = Pick<StackTask, 'nodeId' | 'state' | 'error' | 'exitCode'>

/** What Swarm says of a task that does not run: `a task on node w1 exited with code 3`. */
export function describeTask(task: Described, nodes: readonly ClusterNode[]): string {
  const { state, error, exitCode } = task
  const name = nodeName(task.nodeId, nodes)
  const on = name === undefined ? '' : ` on node ${name}`
  if (exitCode !== undefined && exitCode !== 0 && (error === '' || /non-zero exit/.test(error)))
    return `a task${on} exited with code ${exitCode}`
  if (state === 'complete') return `a task${on} was not healthy, or ended`
  return error === '' ? `a task${on} is ${state}` : `a task${on}: ${error}`
}

/** Undefined for a node that is not in the swarm, or of a task that has none yet. */
export function nodeName(id: string | undefined, nodes: readonly ClusterNode[]): string | undefined {
  return nodes.find((it) => it.id === id)?.name
}
