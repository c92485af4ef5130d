import type { InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { CliContext } from '../../command/context.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const noTtyOptionSpec = {
  flags: '-T, --no-tty',
  description: 'Give it no terminal, although there is one here.',
} as const satisfies OptionSpec

/** What `exec` and `run` both understand. */
export const inContainerOptionSpecs = [
  { flags: '--user <USER>', description: 'Run as this user of the container: a name or a number.' },
  { flags: '--workdir <DIRECTORY>', description: 'Run in this directory of the container.' },
  {
    flags: '--env <NAME=VALUE>',
    description:
      'Set a variable; may be given several times. `--env NAME` takes the value it has here. No secrets: others on the server see it.',
    repeatable: true,
  },
  noTtyOptionSpec,
  hostOptionSpec,
] as const satisfies readonly OptionSpec[]

/** Throws USAGE for an `--env` that is no variable. */
export function readInContainerOptions(
  { user, workdir, env: variables = [] }: OptionsOf<(typeof inContainerOptionSpecs)[number]>,
  { env }: CliContext,
): InContainerOptions {
  return { user, workdir, env: variables.map((text) => readVariable(text, env)) }
}

function readVariable(text: string, env: CliContext['env']): string {
  const [name = ''] = text.split('=', 1)
  const value = text.includes('=') ? text.slice(name.length + 1) : env[name]
  if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && value !== undefined) return `${name}=${value}`
  throw new DrayError('USAGE', `\`${text}\` after --env is no variable with a value.`, {
    hint: 'Write `--env NAME=VALUE`, or `--env NAME` for a variable that is set here.',
  })
}
