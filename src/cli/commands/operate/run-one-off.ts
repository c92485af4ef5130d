import { randomBytes } from 'node:crypto'
import { buildOneOffArgs } from '../../../adapters/compose/compose-cli.ts'
import { guardContainer } from '../../../adapters/docker/container-guard.ts'
import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { withOneHost } from '../../command/host-option.ts'
import { readInContainerOptions } from './in-container-options.ts'
import { loadEnvironment, type StackNames } from '../../command/load-environment.ts'
import { connectApps, releaseOf } from './connect-apps.ts'
import { pullMissing } from './pull-missing.ts'
import type { runCommand } from './run.ts'
import { runAttached, serviceArgument, wantsTerminal } from './run-attached.ts'

/** Runs `dray run`; returns the exit code of the command, after removing the container. */
export async function runOneOff(input: InputOf<typeof runCommand>, context: CliContext): Promise<number> {
  const service = serviceArgument(input.arguments, 'run')
  const options = readInContainerOptions(input.options, context)
  const instead = ({ environment }: StackNames): string => describeInstead(environment, service, input.rest)
  const loaded = await loadEnvironment(input, context, { instead })
  const environment = withOneHost(loaded, input.options.host, [service])
  await using reached = await connectApps(environment, context)
  const [app] = reached.apps
  const release = releaseOf(app, environment)
  assertServices(release, [service])
  await pullMissing(app, service, { environment, context })
  const terminal = wantsTerminal(input.options, context)
  const containerName = `${release.project}-${service}-run-${randomBytes(4).toString('hex')}`
  const argv = buildOneOffArgs({ service, containerName, argv: input.rest, terminal, options })
  await using _guard = guardContainer(app.host.runner, containerName)
  const { path: cwd, values: env } = app.place
  return await runAttached({ argv, cwd, env }, { app, environment, options: input.options }, context)
}

/** A container of its own is a job of the stack there, which has no terminal. The command may have secrets: it is not repeated. */
function describeInstead(environment: string, service: string, argv: readonly string[]): string {
  const command = argv.length === 0 ? 'sh' : 'COMMAND'
  const task = `declare it under \`tasks\` in dray.yml, with \`when: manual\`: \`dray task NAME ${environment}\` runs it once, as a job of the stack`
  return `\`dray exec ${environment} ${service} ${command}\` runs it in a task of ${service} that runs already. For a container of its own, ${task}.`
}
