import { startTimeLimit } from '../../../../src/shared/time-limit.ts'
import type { CodeBlock } from '../../../support/docs/code-blocks.ts'
import type { RunOptions } from '../../../support/net/run-command.ts'
import type { TestNet } from '../../../support/net/test-net.ts'

/** What a reader does while a command runs: waits for a text on the screen, then types. */
export type Answer = { command: RegExp; shown: string | RegExp; keys: string; exitCode?: number }

/** A command of a page: its text, and whether the page has it typed on the server. */
export type PageCommand = { text: string; isOnServer: boolean }

const MOST_MS = 120_000

/** The commands of a block, without comments; a line that ends with `|` continues in the next one. */
export function readCommands({ text }: Pick<CodeBlock, 'text'>): PageCommand[] {
  return text
    .replaceAll(/\|\n\s*/g, '| ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({
      text: line.replace(/\s+# .*$/, ''),
      isOnServer: /# on the server$/.test(line),
    }))
}

/** Types a command on the client's terminal, with answers to its questions. Gives what the screen showed in the end. */
export async function typeCommand(
  net: TestNet,
  command: string,
  { answers, ...options }: RunOptions & { answers: readonly Answer[] },
): Promise<{ exitCode: number | string; expected: number; screen: string }> {
  const program = net.client.startOnTerminal(['bash', '-c', command], options)
  // A question without an answer here would never end; the screen then shows it.
  using limit = startTimeLimit(MOST_MS)
  limit.signal.addEventListener('abort', () => program.kill())
  const ended = program.exited.then(() => 'ended')
  const given = answers.filter((answer) => answer.command.test(command))
  for (const { shown, keys } of given) {
    const seen = await Promise.race([program.untilShown(shown), ended])
    if (seen !== 'ended') program.type(keys)
  }
  const exitCode = await program.exited
  return {
    exitCode: limit.isOver ? 'nothing: it waited' : exitCode,
    expected: given.at(-1)?.exitCode ?? 0,
    screen: await program.terminal.text(),
  }
}
