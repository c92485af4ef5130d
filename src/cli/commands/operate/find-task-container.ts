import { inContainerArgs, type InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { quoteArgument } from '../../../adapters/host/remote-command.ts'
import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import { chooseTask } from '../../../deploy/tasks/choose-task.ts'
import type { ConnectedApp } from './connect-apps.ts'

type Wanted = {
  service: string
  index: number | undefined
  argv: readonly string[]
  options: InContainerOptions
  terminal: boolean
}

/**
 * The container of a task of a stack for `dray exec`: on the manager that dray connects to. Throws USAGE for a service that the
 * release does not have, SERVICE_NOT_RUNNING, TASK_ELSEWHERE with the command for another node, and the SWARM_… codes.
 */
export async function findTaskContainer(
  { service, index, argv, options, terminal }: Wanted,
  { host }: Pick<ConnectedApp, 'host'>,
  release: Release,
): Promise<string> {
  assertServices(release, [service])
  const { project } = release
  const { cluster } = host.engine
  const [services, tasks, nodes, ownNodeId] = await Promise.all([
    cluster.services(project),
    cluster.tasks(project),
    cluster.nodes(),
    cluster.ownNodeId(),
  ])
  return chooseTask({
    project,
    service,
    index,
    services,
    tasks,
    nodes,
    ownNodeId,
    host: host.name,
    renderCommand: (container) =>
      [
        terminal ? 'docker exec -it' : 'docker exec -i',
        ...inContainerArgs({ ...options, env: options.env.map(hideValue) }).map(quoteArgument),
        container,
        renderArgv(argv),
      ].join(' '),
  })
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
