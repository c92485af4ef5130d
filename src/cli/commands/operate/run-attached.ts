import type { AppPlace } from '../../../adapters/directory/app-place.ts'
import type { AttachOptions } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import type { OptionsOf } from '../../command/typed-input.ts'
import type { ConnectedApp } from './connect-apps.ts'
import type { noTtyOptionSpec, rawOptionSpec } from './in-container-options.ts'
import { maskOutput } from './mask-output.ts'

/** Whether the user's command gets a terminal. */
export function wantsTerminal(
  { tty = true }: OptionsOf<typeof noTtyOptionSpec>,
  { stdin, stdout }: CliContext,
): boolean {
  return tty && stdin.isTTY && stdout.isTTY === true
}

type AttachedCommand = Pick<AttachOptions, 'cwd' | 'env'> & { argv: readonly string[] }
type Target = {
  app: { host: Pick<ConnectedApp['host'], 'runner'>; place: AppPlace }
  environment: Parameters<typeof maskOutput>[0]
  options: OptionsOf<typeof noTtyOptionSpec | typeof rawOptionSpec>
}

/**
 * Runs a command for the user on the streams of this process and returns its exit code, or 130 if dray was stopped. In the log
 * of a CI job, its output is masked. The command handles Ctrl-C, so dray does not report it.
 */
export async function runAttached(
  { argv, ...command }: AttachedCommand,
  { app, environment, options }: Target,
  context: CliContext,
): Promise<number> {
  context.reportInterrupt = () => undefined
  const masked = options.raw ? undefined : await maskOutput(environment, app.place, context)
  const exitCode = await app.host.runner.attach(argv, {
    ...command,
    terminal: wantsTerminal(options, context),
    signal: context.signal,
    ...(masked && { onLines: masked.onLines }),
  })
  if (masked?.wasChanged()) {
    context.stderr.write(
      'Secrets and control characters in this output were masked. With `--raw` or in a file, it is unchanged.\n',
    )
  }
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
