import { inContainerArgs, type InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import { chooseTask } from '../../../deploy/tasks/choose-task.ts'
import type { ConnectedApp } from './connect-apps.ts'

type Wanted = {
  service: string
  index: number | undefined
  argv: readonly string[]
  options: InContainerOptions
}

/**
 * The container of a task of a stack for `dray exec`: on the manager that dray connects to. Throws USAGE for a service that the
 * release does not have, SERVICE_NOT_RUNNING, TASK_ELSEWHERE with the command for another node, and the SWARM_… codes.
 */
export async function findTaskContainer(
  { service, index, argv, options }: Wanted,
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
        'docker exec -it',
        ...shown(inContainerArgs({ ...options, env: [] })),
        container,
        renderArgv(argv),
      ].join(' '),
  })
}

function renderArgv(argv: readonly string[]): string {
  return argv.length === 0 ? 'sh' : shown(argv).join(' ')
}

/** As typed into a shell; what would need quotes is left to the user. */
function shown(words: readonly string[]): readonly string[] {
  if (words.length === 0 || words.every((word) => /^[\w./:=@,+-]+$/.test(word))) return words
  return ['COMMAND']
}
