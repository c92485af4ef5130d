import { buildExecArgs, shellArgv } from '../../../adapters/docker/exec-args.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { chooseContainer } from '../../../deploy/tasks/choose-container.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { joinFailures } from '../../../deploy/model/on-each-host.ts'
import type { InputOf } from '../../command/command.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import type { CliContext } from '../../command/context.ts'
import { withOneHost } from '../../command/host-option.ts'
import type { execCommand } from './exec.ts'
import { findTaskContainer } from './find-task-container.ts'
import { readInContainerOptions } from './in-container-options.ts'
import { connectNodes } from '../../command/connect-nodes.ts'
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
  const argv = input.rest.length === 0 ? shellArgv : input.rest
  const attach = (containerId: string, runner: CommandRunner): Promise<number> =>
    runAttached(
      { argv: buildExecArgs({ containerId, argv, terminal, options }) },
      { app: { host: { runner }, place: app.place }, environment, options: input.options },
      context,
    )
  if (environment.config.environment.engine !== 'swarm')
    return await attach(await findContainer(wanted, app, release), app.host.runner)
  const manager = { id: await app.host.engine.cluster.ownNodeId(), host: app.host }
  try {
    return await attach(...(await findTaskContainer(wanted, [manager], release)))
  } catch (error) {
    const isElsewhere = error instanceof DrayError && error.code === 'TASK_ELSEWHERE'
    if (!isElsewhere || environment.config.environment.nodes.length === 0) throw error
  }
  await using connected = await connectNodes(app.host, { input: environment, context })
  const found = await findTaskContainer(wanted, connected.nodes, release).catch((error: unknown) => {
    throw joinFailures([...connected.failures, error])
  })
  return await attach(...found)
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
