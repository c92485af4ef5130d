import type { Command } from './command.ts'
import { globalOptionSpecs } from './global-options.ts'
import type { OptionSpec } from './option.ts'

/**
 * The command line with `--` before the words that a command passes on, as `docker exec` reads its own: options before the first
 * of them are dray's, and options after it belong to it. A command line that already has `--` stays as it is.
 */
export function separatePassedWords(
  argv: readonly string[],
  commands: readonly Command[],
): readonly string[] {
  const start = skipOptions(argv, 0, globalOptionSpecs)
  const command = commands.find(({ name }) => name === argv[start])
  const passed = command?.arguments.find(({ passesOptions }) => passesOptions !== undefined)
  if (command === undefined || passed === undefined) return argv
  const options = [...command.options, ...globalOptionSpecs, helpOption]
  let index = start + 1
  for (let missing = command.arguments.length - 1; missing > 0; missing -= 1)
    index = skipOptions(argv, index, options) + 1
  index = skipOptions(argv, index, options)
  const first = argv[index]
  if (first === undefined || first === '--') return argv
  // An unknown option before the command is a mistake, unless it is part of the words.
  if (isOption(first) && passed.passesOptions !== 'from the first word') return argv
  if (argv.slice(start + 1, index).some((word) => word === '--')) return argv
  return [...argv.slice(0, index), '--', ...argv.slice(index)]
}

const helpOption: OptionSpec = { flags: '-h, --help', description: '' }

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

/** The index of the first word from `start` on that is neither one of these options nor the value of one. */
function skipOptions(argv: readonly string[], start: number, options: readonly OptionSpec[]): number {
  let index = start
  for (;;) {
    const word = argv[index] ?? ''
    const option = options.find(({ flags }) =>
      flags.split(/[ ,]+/).includes(word.replace(/^(--[^=]+)=.*$/s, '$1')),
    )
    if (!isOption(word) || option === undefined) return index
    index += option.flags.includes('<') && !word.includes('=') ? 2 : 1
  }
}
