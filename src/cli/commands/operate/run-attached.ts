import type { AttachOptions, CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandInput } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'

/** Whether what is run for the user gets a terminal. */
export function wantsTerminal({ options }: CommandInput, { stdin, stdout }: CliContext): boolean {
  return options['tty'] !== false && stdin.isTTY && stdout.isTTY === true
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
export function serviceArgument({ arguments: given }: CommandInput, command: string): string {
  const service = given['SERVICE']
  if (service !== undefined) return service
  throw new DrayError('USAGE', 'Name the service.', {
    hint: `Put it after the environment: \`dray ${command} ${given['ENVIRONMENT'] ?? 'test'} backend\``,
  })
}
