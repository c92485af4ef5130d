import type { AttachOptions, CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import type { OptionsOf } from '../../command/typed-input.ts'
import type { noTtyOptionSpec } from './in-container-options.ts'

/** Whether the user's command gets a terminal. */
export function wantsTerminal(
  { tty = true }: OptionsOf<typeof noTtyOptionSpec>,
  { stdin, stdout }: CliContext,
): boolean {
  return tty && stdin.isTTY && stdout.isTTY === true
}

/**
 * Runs a command for the user on the streams of this process and returns its exit code, or 130 if dray was stopped. The
 * command handles Ctrl-C, so dray does not report it.
 */
export async function runAttached(
  runner: CommandRunner,
  argv: readonly string[],
  { context, ...options }: Omit<AttachOptions, 'signal'> & { context: CliContext },
): Promise<number> {
  context.reportInterrupt = () => undefined
  const exitCode = await runner.attach(argv, { ...options, signal: context.signal })
  return context.signal.aborted ? EXIT.cancelled : exitCode
}

/** Reads the service argument. Throws USAGE. */
export function serviceArgument(
  { service, environment = 'test' }: { service?: string; environment?: string },
  command: 'exec' | 'run',
): string {
  if (service !== undefined) return service
  throw new DrayError('USAGE', 'The service is missing.', {
    hint: `Put it after the environment: \`dray ${command} ${environment} backend\``,
  })
}
