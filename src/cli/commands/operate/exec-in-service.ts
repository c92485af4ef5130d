import { buildExecArgs, shellArgv } from '../../../adapters/docker/exec-args.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { chooseContainer } from '../../../deploy/tasks/choose-container.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { withOneHost } from '../../command/host-option.ts'
import type { execCommand } from './exec.ts'
import { findTaskContainer } from './find-task-container.ts'
import { readInContainerOptions } from './in-container-options.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import { connectApps, releaseOf, type ConnectedApp } from './connect-apps.ts'
import { runAttached, serviceArgument, wantsTerminal } from './run-attached.ts'

/** Runs `dray exec`; returns the exit code of the command. */
export async function execInService(
  input: InputOf<typeof execCommand>,
  context: CliContext,
): Promise<number> {
  const service = serviceArgument(input.arguments, 'exec')
  const index = readIndex(input.options.index)
  const options = readInContainerOptions(input.options, context)
  const loaded = await loadEnvironment(input, context, { swarm: true })
  const environment = withOneHost(loaded, input.options.host, [service])
  await using reached = await connectApps(environment, context)
  const [app] = reached.apps
  const release = releaseOf(app, environment)
  const terminal = wantsTerminal(input.options, context)
  const wanted = { service, index, argv: input.rest, options, terminal }
  const containerId =
    environment.config.environment.engine === 'swarm'
      ? await findTaskContainer(wanted, app, release)
      : await findContainer(wanted, app, release)
  const argv = input.rest.length === 0 ? shellArgv : input.rest
  const command = { argv: buildExecArgs({ containerId, argv, terminal, options }) }
  return await runAttached(command, { app, environment, options: input.options }, context)
}

async function findContainer(
  { service, index }: { service: string; index: number | undefined },
  { host }: ConnectedApp,
  release: Release,
): Promise<string> {
  const containers = await host.engine.containers(release.project)
  return chooseContainer({ containers, release, service, index, host: host.name }).id
}

function readIndex(text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new DrayError('USAGE', `The value \`${text}\` of --index is not a number.`)
}
