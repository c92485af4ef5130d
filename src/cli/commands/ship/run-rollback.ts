import type { ExitCode } from '../../../errors/exit-code.ts'
import type { InputOf } from '../../command/command.ts'
import { connectArchived } from './connect-archived.ts'
import type { CliContext } from '../../command/context.ts'
import { readPlaceOptions } from './deploy-options.ts'
import { leaveOut, type DeployInput } from './load-deploy.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import type { rollbackCommand } from './rollback.ts'
import { runRelease } from './run-release.ts'

/** Runs a rollback, or prints its plan with `--dry-run`; returns the exit code. */
export async function runRollback(
  command: InputOf<typeof rollbackCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { without, ...place } = readPlaceOptions(command.options)
  const options = { ...command.global, ...place, expected: [] }
  const input: DeployInput = leaveOut(
    { ...(await loadEnvironment(command, context, { swarm: true })), options },
    without,
  )
  const connect = () => connectArchived(input, command.arguments.release, context)
  return runRelease(input, { kind: 'rollback', connect }, context)
}
