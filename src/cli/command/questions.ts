import { DrayError } from '../../errors/dray-error.ts'
import { isCI } from '../../shared/is-ci.ts'
import type { CliContext } from './context.ts'

/** Prompts the user on the terminal. Throws CANCELLED if the user cancels. */
export type Questions = {
  /** Returns the typed text, or the suggestion for Enter alone. */
  ask(question: string, suggestion: string): Promise<string>
  /** Reads `y` or `n`; Enter alone is the suggestion. */
  confirm(question: string, suggestion: boolean): Promise<boolean>
}

/** Whether a user at a terminal can answer. */
export function canAsk({ stdin, env }: Pick<CliContext, 'stdin' | 'env'>): boolean {
  return stdin.isTTY && !isCI(env)
}

/** Throws USAGE with `flag` as the hint if no user can answer: standard input is not a terminal, or this is a CI job. */
export function openQuestions(context: CliContext, flag: string): Questions {
  const { stdin, signal } = context
  if (!canAsk(context)) {
    const reason = stdin.isTTY
      ? '`CI` or `GITHUB_ACTIONS` says that this is a CI job'
      : 'standard input is not a terminal'
    throw new DrayError('USAGE', `Cannot prompt: ${reason}.`, {
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
