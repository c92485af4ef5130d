import type { InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { CliContext } from '../../command/context.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const noTtyOptionSpec = {
  flags: '-T, --no-tty',
  description: 'Do not allocate a terminal.',
} as const satisfies OptionSpec

export const rawOptionSpec = {
  flags: '--raw',
  description:
    'In CI, pass the output on unchanged, with its secrets, control characters and workflow commands.',
} as const satisfies OptionSpec

/** Options of `exec` and `run`. */
export const inContainerOptionSpecs = [
  { flags: '--user <USER>', description: 'User in the container: a name or a number.' },
  { flags: '--workdir <DIRECTORY>', description: 'Working directory in the container.' },
  {
    flags: '--env <NAME=VALUE>',
    description:
      'Set a variable. Can be given several times. `--env NAME` passes the local value. Do not use it for secrets: other users of the server can see the value.',
    repeatable: true,
  },
  noTtyOptionSpec,
  rawOptionSpec,
  hostOptionSpec,
] as const satisfies readonly OptionSpec[]

/** Throws USAGE for an invalid `--env`. */
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
  throw new DrayError('USAGE', `The value \`${text}\` of --env is not a variable with a value.`, {
    hint: 'Write `--env NAME=VALUE`, or `--env NAME` for a variable in the local environment.',
  })
}
