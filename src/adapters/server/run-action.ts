import { actionTitle } from '../../operations/setup/action-title.ts'
import type { SetupAction } from '../../operations/setup/setup-plan.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { runScript } from '../directory/host-script.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { scriptOf } from './action-scripts.ts'

/**
 * Runs one action of the set-up. Throws SETUP_FAILED with its last lines of output, and HOST_UNREACHABLE if the connection
 * breaks.
 */
export async function runAction(
  action: SetupAction,
  { runner, clock }: { runner: CommandRunner; clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const stamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const { script, args, input } = scriptOf(action, stamp)
  const { exitCode, stdout, stderr } = await runScript(runner, script, { args, input, signal })
  if (exitCode === 0) return
  const lines = stripControl(`${stdout}\n${stderr}`)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const title = actionTitle(action)
  throw new DrayError('SETUP_FAILED', `“${title}” on ${runner.name} failed with exit code ${exitCode}.`, {
    details: { logTail: lines.slice(-10), logOf: 'its output' },
  })
}
