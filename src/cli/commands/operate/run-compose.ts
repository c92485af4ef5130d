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

/** A stack is nothing that Compose knows. */
function instead({ stack }: StackNames): string {
  return `On a manager: \`docker stack services ${stack}\`, \`docker stack ps ${stack}\`, \`docker service inspect ${stack}_SERVICE\`.`
}
