import type { ExitCode } from '../../../errors/exit-code.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { connectTargets } from './connect-targets.ts'
import type { deployCommand } from './deploy.ts'
import { loadDeploy } from './load-deploy.ts'
import type { planCommand } from './plan.ts'
import { runRelease } from './run-release.ts'

/** Prints the plan of a deploy with the same options; returns the exit code. */
export function runPlan(command: InputOf<typeof planCommand>, context: CliContext): Promise<ExitCode> {
  return runDeploy({ ...command, options: { ...command.options, dryRun: true } }, context)
}

/** Runs a deploy, or prints its plan with `--dry-run`; returns the exit code. */
export async function runDeploy(
  command: InputOf<typeof deployCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const input = await loadDeploy(command, context)
  return runRelease(input, { kind: 'deploy', connect: () => connectTargets(input, context) }, context)
}
