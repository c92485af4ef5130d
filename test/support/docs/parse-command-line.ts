import { buildProgram } from '../../../src/cli/build-program.ts'
import { commands } from '../../../src/cli/commands.ts'
import type { CommandInput } from '../../../src/cli/command/command.ts'
import { separatePassedWords } from '../../../src/cli/command/pass-words.ts'
import { createTerminalStyle } from '../../../src/ui/terminal/terminal-style.ts'

/**
 * Reads the words after `dray` as the command line does, and runs nothing.
 * @throws the parser's own error when it refuses them, or Error when they name no command
 */
export async function parseCommandLine(
  words: readonly string[],
): Promise<{ name: string; input: CommandInput }> {
  let parsed: { name: string; input: CommandInput } | undefined
  const program = buildProgram({
    commands,
    words,
    style: createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false }),
    write: () => undefined,
    run: async ({ name }, input) => {
      parsed = { name, input }
    },
  })
  await program.parseAsync(separatePassedWords(words, commands), { from: 'user' })
  if (parsed === undefined) throw new Error(`Nothing ran: ${words.join(' ')}`)
  return parsed
}
