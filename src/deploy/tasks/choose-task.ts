import { DrayError } from '../../errors/dray-error.ts'
import type { ClusterNode, StackService, StackTask } from '../model/cluster.ts'
import { isAway } from '../model/task-name.ts'
import { someNames } from '../model/some-names.ts'

type Choice = {
  /** Name of the stack. */
  project: string
  service: string
  /** Slot of the task; any task without it. */
  index: number | undefined
  services: readonly StackService[]
  tasks: readonly StackTask[]
  nodes: readonly ClusterNode[]
  /** The nodes whose Engines dray reaches, by id: the manager's first. */
  nodeIds: readonly string[]
  /** The manager. */
  host: string
  /** `docker exec` on a node, to show to the user. */
  renderCommand: (container: string) => string
}

/**
 * Chooses a running task of a service for a user to work in, and gives the name of its container and its node: on a node that dray
 * reaches, the manager's before others; of the present definition before others, lowest slot first. Throws USAGE, SERVICE_NOT_RUNNING,
 * and TASK_ELSEWHERE, with the command to type on another node, if the tasks run only there.
 */
export function chooseTask(choice: Choice): { container: string; nodeId: string } {
  const { project, service, index, services, tasks, nodes, nodeIds, host } = choice
  const own = services.find((it) => it.service === service)
  if (own?.mode === 'global' && index !== undefined)
    throw new DrayError('USAGE', `${service} is a global service, whose tasks have no numbers.`, {
      hint: 'Leave out `--index`.',
    })
  const away = new Set(nodes.filter(isAway).map(({ id }) => id))
  const running = tasks
    .filter(
      ({ serviceId, state, desiredState, nodeId }) =>
        serviceId === own?.id && state === 'running' && desiredState === 'running' && !away.has(nodeId),
    )
    .filter(({ slot }) => index === undefined || slot === index)
    .sort(
      (a, b) =>
        Number(a.taskHash !== own?.taskHash) - Number(b.taskHash !== own?.taskHash) ||
        (a.slot ?? 0) - (b.slot ?? 0),
    )
  // Swarm names the container after the service, the slot (the node, of a global service) and the task.
  const containerOf = ({ slot, nodeId, id }: StackTask): string =>
    `${project}_${service}.${slot ?? nodeId}.${id}`
  for (const nodeId of nodeIds) {
    const here = running.find((task) => task.nodeId === nodeId)
    if (here !== undefined) return { container: containerOf(here), nodeId }
  }
  const [other] = running
  const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? id
  const what = index === undefined ? service : `${service}.${index}`
  if (other === undefined)
    throw new DrayError('SERVICE_NOT_RUNNING', `No task of ${what} runs in the swarm of ${host}.`, {
      hint: `\`docker service ps ${project}_${service}\` on a manager shows its tasks, and why they ended.`,
    })
  const reached = nodeIds.length > 1 ? someNames(nodeIds.map(nameOf)) : host
  const where = someNames([...new Set(running.map(({ nodeId }) => nameOf(nodeId)))].sort())
  throw new DrayError('TASK_ELSEWHERE', `${what} runs on ${where}, and dray reaches ${reached} only.`, {
    hint: `On node ${nameOf(other.nodeId)}: \`${choice.renderCommand(containerOf(other))}\`. To have dray connect to it, list it under \`nodes\` in dray.yml.`,
  })
}
