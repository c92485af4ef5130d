import { assertVariableName } from '../../../../operations/env/render-variable.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { findNearest } from '../../../../shared/nearest.ts'
import type { InputOf } from '../../../command/command.ts'
import type { envCommand } from './env.ts'

export type EnvAction =
  | { kind: 'list' }
  | { kind: 'edit' }
  | { kind: 'set'; name: string; mayBeEmpty: boolean }
  | { kind: 'unset'; name: string }

const actions = ['list', 'set', 'unset', 'edit'] as const

/** Reads the action of `dray env`. Throws USAGE. */
export function readEnvAction({ arguments: given, options }: InputOf<typeof envCommand>): EnvAction {
  const { environment = 'ENVIRONMENT', action: text = 'list', key: name } = given
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
  if (kind === 'list' || kind === 'edit') {
    if (name === undefined) return { kind }
    throw new DrayError('USAGE', `\`dray env ${environment} ${kind}\` does not accept a variable.`)
  }
  if (name === undefined) {
    throw new DrayError('USAGE', `The variable to ${kind} is missing.`, {
      hint: `For example: \`dray env ${environment} ${kind} DATABASE_URL\``,
    })
  }
  assertVariableName(name)
  return kind === 'set' ? { kind, name, mayBeEmpty: options.empty === true } : { kind, name }
}
