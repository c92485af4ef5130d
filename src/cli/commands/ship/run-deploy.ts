import type { ExitCode } from '../../../errors/exit-code.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { connectTargets } from './connect-targets.ts'
import type { deployCommand } from './deploy.ts'
import { withOneHost, withoutHosts } from '../../command/host-option.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import { connectJoining } from './connect-joining.ts'
import { readDeployOptions, readPlaceOptions } from './deploy-options.ts'
import { loadDeploy, type DeployInput } from './load-deploy.ts'
import { withEngine } from './plan-engine.ts'
import type { planCommand } from './plan.ts'
import { runRelease } from './run-release.ts'

/** Prints the plan of a deploy with the same options; returns the exit code. */
export async function runPlan(command: InputOf<typeof planCommand>, context: CliContext): Promise<ExitCode> {
  const { engine, ...options } = command.options
  const dryRun = { ...command, options: { ...options, dryRun: true as const } }
  const { only } = readDeployOptions(dryRun.options)
  if (only !== undefined) return runJoin(dryRun, only, context)
  const input = await loadDeploy(dryRun, context)
  return deployOrPlan(withEngine(input, engine), context)
}

/** Runs a deploy, or prints its plan with `--dry-run`; returns the exit code. */
export async function runDeploy(
  command: InputOf<typeof deployCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { only } = readDeployOptions(command.options)
  if (only !== undefined) return runJoin(command, only, context)
  return deployOrPlan(await loadDeploy(command, context), context)
}

function deployOrPlan(input: DeployInput, context: CliContext): Promise<ExitCode> {
  return runRelease(input, { kind: 'deploy', connect: () => connectTargets(input, context) }, context)
}

/** Brings one host to the release of the others. */
async function runJoin(
  command: InputOf<typeof deployCommand>,
  only: string,
  context: CliContext,
): Promise<ExitCode> {
  const environment = await loadEnvironment(command, context)
  const one = withOneHost(environment, only)
  const [host] = one.config.environment.hosts
  const { without: _, ...place } = readPlaceOptions(command.options)
  const options = { ...command.global, ...place, expected: [] }
  const input: DeployInput = { ...one, options }
  const others = withoutHosts(environment, [host])
  return runRelease(input, { kind: 'deploy', connect: () => connectJoining(input, others, context) }, context)
}
