import { DrayError } from '../errors/dray-error.ts'
import type { ExitCode } from '../errors/exit-code.ts'
import type { CliContext } from './context.ts'
import type { DeployInput } from './load-deploy.ts'

/** Carries out a deploy, or prints its plan. */
export async function runDeploy(input: DeployInput, _context: CliContext): Promise<ExitCode> {
  throw new DrayError('USAGE', `Deploying ${input.config.app} is not built yet.`)
}
