import type { AttachOptions, CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import type { OptionsOf } from '../../command/typed-input.ts'
import type { noTtyOptionSpec } from './in-container-options.ts'

/** Whether what is run for the user gets a terminal. */
export function wantsTerminal(
  { tty = true }: OptionsOf<typeof noTtyOptionSpec>,
  { stdin, stdout }: CliContext,
): boolean {
  return tty && stdin.isTTY && stdout.isTTY === true
}

/**
 * Runs a command for the user on the streams of this process, and gives its exit code. Ctrl-C is the command's to take, so
 * nothing is said of it; 130 when dray was stopped.
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

/** The service that a command line names. Throws USAGE. */
export function serviceArgument(
  { service, environment = 'test' }: { service?: string; environment?: string },
  command: 'exec' | 'run',
): string {
  if (service !== undefined) return service
  throw new DrayError('USAGE', 'Name the service.', {
    hint: `Put it after the environment: \`dray ${command} ${environment} backend\``,
  })
}
