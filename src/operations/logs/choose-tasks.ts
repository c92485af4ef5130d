import type { ClusterNode, StackService, StackTask } from '../../deploy/model/cluster.ts'
import { isAway } from '../../deploy/model/task-name.ts'

/** A stack at one moment. */
export type StackView = {
  services: readonly StackService[]
  tasks: readonly StackTask[]
  nodes: readonly ClusterNode[]
}

/**
 * The tasks whose logs belong to the app as it is now: those that should run, and earlier runs of the present definition that ended
 * on their own, as Compose has them in the log of one container. Tasks that Swarm has replaced are left out; on a node that is down
 * they may still run. `services`: only these; all if empty.
 */
export function chooseTasks({ services, tasks, nodes }: StackView, wanted: readonly string[]): StackTask[] {
  const away = new Set(nodes.filter(isAway).map(({ id }) => id))
  const chosen = new Map(
    services
      .filter(({ service, mode }) => mode !== 'job' && (wanted.length === 0 || wanted.includes(service)))
      .map((service) => [service.id, service]),
  )
  return tasks.filter((task) => {
    const service = chosen.get(task.serviceId)
    if (service === undefined || !task.hasContainer) return false
    if (task.desiredState === 'running' || (task.state === 'running' && away.has(task.nodeId))) return true
    const endedAlone = task.state === 'failed' || task.state === 'complete'
    return endedAlone && task.taskHash === service.taskHash
  })
}
