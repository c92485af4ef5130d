import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import { isAway } from '../../../deploy/model/task-name.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { CliContext } from '../../command/context.ts'
import { swarmRefusal, type EnvironmentInput } from '../../command/load-environment.ts'
import { connectApps, releaseOf } from './connect-apps.ts'

type Wanted = { service: string; argv: readonly string[] }

/**
 * The refusal of `dray exec` in a swarm: the container may be on a node that dray does not reach. It has the command to type, with the
 * node and the container as they are now, if the manager answers. Throws USAGE for a service that the release does not have.
 */
export async function refuseExec(
  wanted: Wanted,
  input: EnvironmentInput,
  context: CliContext,
): Promise<DrayError> {
  const { name } = input.config.environment
  try {
    return swarmRefusal(name, await findCommand(wanted, input, context))
  } catch (error) {
    if (!(error instanceof DrayError) || error.code === 'USAGE' || context.signal.aborted) throw error
    return swarmRefusal(
      name,
      `\`docker stack ps\` on a manager names the node of each task; \`docker exec\` works there. The manager did not name it now: ${error.message}`,
    )
  }
}

async function findCommand(
  { service, argv }: Wanted,
  input: EnvironmentInput,
  context: CliContext,
): Promise<string> {
  await using reached = await connectApps(input, context)
  const [app] = reached.apps
  const release = releaseOf(app, input)
  assertServices(release, [service])
  const { project } = release
  const { cluster } = app.host.engine
  const [services, tasks, nodes] = await Promise.all([
    cluster.services(project),
    cluster.tasks(project),
    cluster.nodes(),
  ])
  const own = services.find((it) => it.service === service)
  const ready = new Map(nodes.filter((node) => !isAway(node)).map((node) => [node.id, node.name]))
  const task = tasks
    .filter(
      ({ serviceId, state, desiredState }) =>
        serviceId === own?.id && state === 'running' && desiredState === 'running',
    )
    .find(({ nodeId }) => ready.has(nodeId))
  if (task === undefined)
    return `No task of ${service} runs now: \`docker service ps ${project}_${service}\` on a manager.`
  // Swarm names the container after the service, the slot (the node, of a global service) and the task.
  const container = `${project}_${service}.${task.slot ?? task.nodeId}.${task.id}`
  return `On node ${ready.get(task.nodeId) ?? ''}: \`docker exec -it ${container} ${renderArgv(argv)}\`.`
}

function renderArgv(argv: readonly string[]): string {
  if (argv.length === 0) return 'sh'
  return argv.every((word) => /^[\w./:=@,+-]+$/.test(word)) ? argv.join(' ') : 'COMMAND'
}
