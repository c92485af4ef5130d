import type { EnvironmentStatus } from '../../../operations/status/status.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { renderStatus } from '../../../ui/render/results/render-status.ts'
import { renderStatusDetails } from '../../../ui/render/results/render-status-details.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { askStatus, type AskedStatus } from './ask-status.ts'
import type { statusCommand } from './status.ts'
import { watchStatus } from './watch/watch-status.ts'

/** Prints the status, with `--watch` until it is stopped; returns the exit code. Throws the errors of reading it. */
export async function runStatus(
  input: InputOf<typeof statusCommand>,
  context: CliContext,
): Promise<ExitCode> {
  if (input.options.watch === true) return watchStatus(input, context)
  const asked = await askStatus(input, context)
  printStatus(asked)
  if (input.options.exitCode === true) return statusExitCode(asked.statuses)
  return asked.statuses.some(isAnswered) ? EXIT.done : EXIT.precondition
}

/** Prints the table, and the details of a single environment; as JSON one line per environment. */
function printStatus({ statuses, options, output }: AskedStatus): void {
  if (options.json) {
    for (const status of statuses) output.json({ type: 'status', ...status })
    return
  }
  const [only] = statuses
  const details = only !== undefined && statuses.length === 1 ? renderStatusDetails(only, output.style) : ''
  output.print(renderStatus(statuses, output.style) + details)
}

/** At least one host answered. */
function isAnswered({ hosts }: EnvironmentStatus): boolean {
  return hosts.some(({ verdict }) => verdict !== 'unknown')
}

/** Exit code for monitoring: an unreachable host takes precedence over the state of the others. */
function statusExitCode(statuses: readonly EnvironmentStatus[]): ExitCode {
  const verdicts = statuses.map(({ verdict }) => verdict)
  if (verdicts.includes('unknown')) return EXIT.precondition
  const isBad = verdicts.some((it) => it === 'unhealthy' || it === 'drifted')
  return isBad ? EXIT.failedOldServing : EXIT.done
}
