import { inContainerArgs, type InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { quoteArgument } from '../../../adapters/host/remote-command.ts'
import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import { chooseTask } from '../../../deploy/tasks/choose-task.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { ConnectedNode } from '../../command/connect-nodes.ts'

type Wanted = {
  service: string
  index: number | undefined
  argv: readonly string[]
  options: InContainerOptions
  terminal: boolean
}

/**
 * The container of a task of a stack for `dray exec`, and the runner of its node: of `reached`, the nodes that dray is connected to, the
 * manager first. Throws USAGE for a service that the release does not have, SERVICE_NOT_RUNNING, TASK_ELSEWHERE with the command for
 * another node, and the SWARM_… codes.
 */
export async function findTaskContainer(
  { service, index, argv, options, terminal }: Wanted,
  reached: readonly Pick<ConnectedNode, 'id' | 'host'>[],
  release: Release,
): Promise<[containerId: string, runner: CommandRunner]> {
  assertServices(release, [service])
  const { project } = release
  const [manager] = reached
  if (manager === undefined) throw new DrayError('INTERNAL', 'No node of the swarm is connected.')
  const { host } = manager
  const { cluster } = host.engine
  const [services, tasks, nodes] = await Promise.all([
    cluster.services(project),
    cluster.tasks(project),
    cluster.nodes(),
  ])
  const { container, nodeId } = chooseTask({
    project,
    service,
    index,
    services,
    tasks,
    nodes,
    nodeIds: reached.map(({ id }) => id),
    host: host.name,
    renderCommand: (container) =>
      [
        terminal ? 'docker exec -it' : 'docker exec -i',
        ...inContainerArgs({ ...options, env: options.env.map(hideValue) }).map(quoteArgument),
        container,
        renderArgv(argv),
      ].join(' '),
  })
  const node = reached.find(({ id }) => id === nodeId) ?? manager
  return [container, node.host.runner]
}

/** A command that needs quotes is left to the user, who has it. */
function renderArgv(argv: readonly string[]): string {
  if (argv.length === 0) return 'sh'
  return argv.every((word) => quoteArgument(word) === word) ? argv.join(' ') : 'COMMAND'
}

/** The value may be a secret. */
function hideValue(variable: string): string {
  return variable.replace(/=.*/s, '=VALUE')
}
