import type { ClusterNode, StackService, StackTask } from './cluster.ts'

/** A task as dray names it: `backend.2@w1`, and `backend@w1` for a global service. A node that is gone has the start of its id. */
export function taskName(
  { slot, nodeId, serviceId }: Pick<StackTask, 'slot' | 'nodeId' | 'serviceId'>,
  {
    services,
    nodes,
  }: {
    services: readonly Pick<StackService, 'id' | 'service'>[]
    nodes: readonly Pick<ClusterNode, 'id' | 'name'>[]
  },
): string {
  const service = services.find(({ id }) => id === serviceId)?.service ?? serviceId.slice(0, SHORT_ID)
  const number = slot === undefined ? '' : `.${slot}`
  return nodeId === '' ? `${service}${number}` : `${service}${number}@${nodeName(nodeId, nodes)}`
}

/** The name of a node; the start of its id if the swarm no longer has it. */
export function nodeName(nodeId: string, nodes: readonly Pick<ClusterNode, 'id' | 'name'>[]): string {
  return nodes.find(({ id }) => id === nodeId)?.name ?? nodeId.slice(0, SHORT_ID)
}

const SHORT_ID = 12

/** Whether a node is lost. It is `unknown` for a moment after the election of a leader. */
export function isAway({ state }: Pick<ClusterNode, 'state'>): boolean {
  return state === 'down' || state === 'disconnected'
}

const ENDED_STATES = new Set(['complete', 'failed', 'rejected', 'shutdown', 'orphaned', 'remove'])

/** Whether nothing of a task runs any more, as its node has reported it. */
export function hasTaskEnded({ state }: Pick<StackTask, 'state'>): boolean {
  return ENDED_STATES.has(state)
}
