import type { ClusterNode } from '../model/cluster.ts'
import type { Release } from '../model/release.ts'

/** Whether Swarm starts tasks on the node. */
export function isActive({ state, availability }: ClusterNode): boolean {
  return state === 'ready' && availability === 'active'
}

/** Active nodes that have not pulled the images of a release: they joined later. */
export function findNewcomers(
  nodes: readonly ClusterNode[],
  release: Pick<Release, 'nodes'> | undefined,
): ClusterNode[] {
  return nodes.filter((node) => isActive(node) && release?.nodes?.[node.id] === undefined)
}

/** The managers of a swarm. A change needs more than half of them: https://docs.docker.com/engine/swarm/admin_guide/ */
export type Quorum = {
  managers: number
  /** Those that the others reach. */
  reachable: number
  /** How many of these may still be lost. */
  spare: number
}

export function quorumOf(nodes: readonly ClusterNode[]): Quorum {
  const managers = nodes.filter(({ role }) => role === 'manager')
  const reachable = managers.filter(({ state, manager }) => manager?.isReachable ?? state === 'ready').length
  return {
    managers: managers.length,
    reachable,
    spare: Math.max(0, reachable - (Math.floor(managers.length / 2) + 1)),
  }
}

/** `2 of 3 managers answer, 0 may still fail` */
export function describeQuorum({ managers, reachable, spare }: Quorum): string {
  return `${reachable} of ${managers} ${managers === 1 ? 'manager answers' : 'managers answer'}, ${spare} may still fail`
}
