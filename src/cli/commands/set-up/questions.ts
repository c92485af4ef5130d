import { DrayError } from '../../../errors/dray-error.ts'
import type { CliContext } from '../../command/context.ts'

/** Asks a person at the terminal. Throws CANCELLED when they leave. */
export type Questions = {
  /** Gives what was typed, or the suggestion where it was Enter alone. */
  ask(question: string, suggestion: string): Promise<string>
  /** `y` or `n`; Enter alone is the suggestion. */
  confirm(question: string, suggestion: boolean): Promise<boolean>
}

/** Throws USAGE, with `flag` as the way out, where nobody can answer. */
export function openQuestions({ stdin, env, signal }: CliContext, flag: string): Questions {
  if (!stdin.isTTY || env['CI']) {
    throw new DrayError('USAGE', 'There is nobody to ask: this is no terminal.', {
      hint: `Pass \`${flag}\`.`,
    })
  }
  const read = async (question: string): Promise<string> =>
    (await stdin.askLine(`${question} `, { hidden: false, signal })).trim()
  return {
    ask: async (question, suggestion) => (await read(`${question} [${suggestion}]`)) || suggestion,
    confirm: async (question, suggestion) => {
      for (;;) {
        const answer = (await read(`${question} [${suggestion ? 'Y/n' : 'y/N'}]`)).toLowerCase()
        if (answer === '') return suggestion
        if (['y', 'yes'].includes(answer)) return true
        if (['n', 'no'].includes(answer)) return false
      }
    },
  }
}
