import { DrayError } from '../../../errors/dray-error.ts'
import type { ExitCode } from '../../../errors/exit-code.ts'
import type { NonEmpty } from '../../../shared/non-empty.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { connectTargets } from './connect-targets.ts'
import type { deployCommand } from './deploy.ts'
import { loadDeploy, type DeployInput } from './load-deploy.ts'
import type { planCommand } from './plan.ts'
import { runRelease } from './run-release.ts'

/** Prints the plan of a deploy with the same options; returns the exit code. */
export async function runPlan(command: InputOf<typeof planCommand>, context: CliContext): Promise<ExitCode> {
  const { engine, ...options } = command.options
  const input = await loadDeploy({ ...command, options: { ...options, dryRun: true } }, context)
  return deployOrPlan(withEngine(input, engine), context)
}

/** Runs a deploy, or prints its plan with `--dry-run`; returns the exit code. */
export async function runDeploy(
  command: InputOf<typeof deployCommand>,
  context: CliContext,
): Promise<ExitCode> {
  return deployOrPlan(await loadDeploy(command, context), context)
}

function deployOrPlan(input: DeployInput, context: CliContext): Promise<ExitCode> {
  return runRelease(input, { kind: 'deploy', connect: () => connectTargets(input, context) }, context)
}

/** The environment as if dray.yml had another engine. Throws USAGE for one that does not exist. */
function withEngine(input: DeployInput, engine: string | undefined): DeployInput {
  if (engine === undefined) return input
  if (engine !== 'compose' && engine !== 'swarm')
    throw new DrayError('USAGE', `--engine must be compose or swarm, not \`${engine}\`.`)
  const { config } = input
  const { environment } = config
  const [first] = environment.hosts
  const isMoved = engine === 'swarm' && environment.engine !== 'swarm'
  const hosts: NonEmpty<string> = isMoved ? [first] : environment.hosts
  return { ...input, config: { ...config, environment: { ...environment, engine, hosts } } }
}
