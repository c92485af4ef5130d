import type { Plan } from '../../../deploy/model/plan.ts'
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
  return runLoadedRollback(await loadRollback(command, context), { ...command.arguments, context })
}

/** Reads dray.yml for a rollback. Throws USAGE, and the errors of an unreadable dray.yml. */
export async function loadRollback(
  command: InputOf<typeof rollbackCommand>,
  context: CliContext,
): Promise<DeployInput> {
  const { without, ...place } = readPlaceOptions(command.options)
  const options = { ...command.global, ...place, expected: [] }
  return leaveOut({ ...(await loadEnvironment(command, context, { swarm: true })), options }, without)
}

/** The rollback itself; `accepts` throws to refuse its plan, before anything was changed. Returns the exit code. */
export function runLoadedRollback(
  input: DeployInput,
  {
    release,
    accepts,
    context,
  }: { release?: string | undefined; accepts?: (plan: Plan) => void; context: CliContext },
): Promise<ExitCode> {
  const connect = () => connectArchived(input, release, context)
  return runRelease(input, { kind: 'rollback', connect, ...(accepts && { accepts }) }, context)
}
