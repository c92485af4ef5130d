import { assertVariableName } from '../../../../operations/env/render-variable.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { findNearest } from '../../../../shared/nearest.ts'
import type { InputOf } from '../../../command/command.ts'
import type { envCommand } from './env.ts'

type EnvCommand = InputOf<typeof envCommand>

export type EnvAction =
  | { kind: 'list' }
  | { kind: 'edit' }
  | { kind: 'set'; name: string; mayBeEmpty: boolean }
  | { kind: 'unset'; name: string }
  /** `file`: undefined for standard input. */
  | { kind: 'import'; file: string | undefined; mayBeEmpty: boolean; merges: boolean }
  /** `copy`: undefined for the newest. */
  | { kind: 'restore'; copy: string | undefined }

const actions = ['list', 'set', 'unset', 'edit', 'import', 'restore'] as const

/** `dray env import production` is `dray env production import`. */
export function orderArguments(command: EnvCommand): EnvCommand {
  const { environment, action } = command.arguments
  const isSwapped = actions.some((it) => it === environment) && !actions.some((it) => it === action)
  if (!isSwapped || action === undefined || environment === undefined) return command
  return { ...command, arguments: { ...command.arguments, environment: action, action: environment } }
}

/** Reads the action of `dray env`. Throws USAGE. */
export function readEnvAction({ arguments: given, options }: EnvCommand): EnvAction {
  const { environment = 'ENVIRONMENT', action: text = 'list', key: name } = given
  const { empty: mayBeEmpty = false, merge: merges = false } = options
  const kind = actions.find((action) => action === text)
  if (kind === undefined) {
    const nearest = findNearest(text, actions)
    throw new DrayError(
      'USAGE',
      `\`dray env\` has no action \`${text.split('=')[0] ?? ''}\`. Actions: ${actions.join(', ')}.`,
      {
        hint: nearest === undefined ? undefined : `Did you mean \`dray env ${environment} ${nearest}\`?`,
      },
    )
  }
  if (kind === 'import') return { kind, file: name === '-' ? undefined : name, mayBeEmpty, merges }
  if (kind === 'restore') return { kind, copy: name }
  if (kind === 'list' || kind === 'edit') {
    if (name === undefined) return { kind }
    throw new DrayError('USAGE', `\`dray env ${environment} ${kind}\` does not accept a variable.`)
  }
  if (name === undefined) {
    throw new DrayError('USAGE', `The variable to ${kind} is missing.`, {
      hint: `For example: \`dray env ${environment} ${kind} DATABASE_URL\``,
    })
  }
  assertVariableName(name, environment)
  return kind === 'set' ? { kind, name, mayBeEmpty } : { kind, name }
}
