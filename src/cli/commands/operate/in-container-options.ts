import type { InContainerOptions } from '../../../adapters/docker/exec-args.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { CommandInput } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { listOption, textOption, type OptionSpec } from '../../command/option.ts'

/** What `exec` and `run` both understand. */
export const inContainerOptionSpecs: readonly OptionSpec[] = [
  { flags: '--user <USER>', description: 'Run as this user of the container: a name or a number.' },
  { flags: '--workdir <DIRECTORY>', description: 'Run in this directory of the container.' },
  {
    flags: '--env <NAME=VALUE>',
    description:
      'Set a variable; may be given several times. `--env NAME` takes the value it has here. No secrets: others on the server see it.',
    repeatable: true,
  },
  noTtySpec(),
  hostOptionSpec,
]

export function noTtySpec(): OptionSpec {
  return { flags: '-T, --no-tty', description: 'Give it no terminal, although there is one here.' }
}

/** Throws USAGE for an `--env` that is no variable. */
export function readInContainerOptions({ options }: CommandInput, { env }: CliContext): InContainerOptions {
  return {
    user: textOption(options, 'user'),
    workdir: textOption(options, 'workdir'),
    env: listOption(options, 'env').map((text) => readVariable(text, env)),
  }
}

function readVariable(text: string, env: CliContext['env']): string {
  const [name = ''] = text.split('=', 1)
  const value = text.includes('=') ? text.slice(name.length + 1) : env[name]
  if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && value !== undefined) return `${name}=${value}`
  throw new DrayError('USAGE', `\`${text}\` after --env is no variable with a value.`, {
    hint: 'Write `--env NAME=VALUE`, or `--env NAME` for a variable that is set here.',
  })
}
