import { DrayError } from '../../../errors/dray-error.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { withOneHost } from '../../command/host-option.ts'
import { loadEnvironment, type StackNames } from '../../command/load-environment.ts'
import type { composeCommand } from './compose.ts'
import { connectApps } from './connect-apps.ts'
import { runAttached } from './run-attached.ts'

/** Runs `dray compose`; returns the exit code of Compose. */
export async function runCompose(
  input: InputOf<typeof composeCommand>,
  context: CliContext,
): Promise<number> {
  const instead = (names: StackNames): string => describeInstead(names, input.rest)
  const environment = withOneHost(await loadEnvironment(input, context, { instead }), input.options.host)
  if (input.rest.length === 0) {
    throw new DrayError('USAGE', 'The arguments of Docker Compose are missing.', {
      hint: `Write them as for \`docker compose\`: \`dray compose ${environment.config.environment.name} ps --services\``,
    })
  }
  await using reached = await connectApps(environment, context)
  const [app] = reached.apps
  const { path: cwd, values: env } = app.place
  const command = { argv: ['docker', 'compose', ...input.rest], cwd, env }
  return await runAttached(command, { app, environment, options: input.options }, context)
}

/** What does the same with a stack, which Compose does not know. The service is the first word after the command that is no option. */
function describeInstead(
  { environment, stack }: StackNames,
  [command = '', ...words]: readonly string[],
): string {
  const service = words.find((word) => /^[A-Za-z_][\w.-]*$/.test(word)) ?? 'SERVICE'
  const own = (text: string): string => `Type \`dray ${text}\`.`
  const onManager = (...commands: readonly string[]): string =>
    `On a manager: ${commands.map((it) => `\`docker ${it}\``).join(', ')}.`
  switch (command) {
    case 'up':
    case 'create':
    case 'pull':
      return own(`deploy ${environment}`)
    case 'down':
    case 'rm':
      return own(`remove ${environment}`)
    case 'exec':
      return own(`exec ${environment} ${service} COMMAND`)
    case 'run':
      return own(`task NAME ${environment}`)
    case 'logs':
      return own(`logs ${environment} ${service}`)
    case 'restart':
      return onManager(`service update --force ${stack}_${service}`)
    case 'stop':
      return onManager(`service scale ${stack}_${service}=0`)
    case 'start':
    case 'scale':
      return onManager(`service scale ${stack}_${service}=N`)
    default:
      return onManager(`stack services ${stack}`, `stack ps ${stack}`, `service inspect ${stack}_${service}`)
  }
}
