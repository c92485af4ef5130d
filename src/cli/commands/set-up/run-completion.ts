import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { findNearest } from '../../../shared/nearest.ts'
import type { CommandSpec, InputOf } from '../../command/command.ts'
import { completeLine, type Completion } from '../../completion/complete-line.ts'
import { findValues } from '../../completion/find-values.ts'
import { FILES, renderCandidates, shells, type ShellName } from '../../completion/render-candidates.ts'
import { shellScripts } from '../../completion/shell-scripts.ts'
import type { CliContext } from '../../command/context.ts'
import type { completionCommand } from './completion.ts'

/** Prints the script of a shell; with words, the completions of the last one. Throws USAGE. */
export async function runCompletion(
  { arguments: given, rest }: InputOf<typeof completionCommand>,
  { commands, context }: { commands: readonly CommandSpec[]; context: CliContext },
): Promise<ExitCode> {
  const shell = readShell(given.shell)
  if (rest.length === 0) context.stdout.write(shellScripts[shell])
  else {
    const completion = completeLine(rest, commands)
    context.stdout.write(await candidatesFor(shell, { completion, word: rest.at(-1) ?? '' }, context.cwd))
  }
  return EXIT.done
}

async function candidatesFor(
  shell: ShellName,
  { completion, word }: { completion: Completion; word: string },
  cwd: string,
): Promise<string> {
  if (completion.placeholder === 'FILE') return FILES
  const values = (await findValues(completion, cwd)).map((text) => ({ text }))
  const { typed } = completion
  const before = word.slice(0, -typed.length || undefined)
  const found = [...completion.candidates, ...values].filter(({ text }) => text.startsWith(typed))
  return renderCandidates(
    shell,
    found.map((it) => ({ ...it, text: before + it.text })),
  )
}

function readShell(name: string | undefined): ShellName {
  const shell = shells.find((it) => it === name)
  if (shell !== undefined) return shell
  const problem = name === undefined ? 'The shell is missing' : `The shell \`${name}\` is not supported`
  const nearest = findNearest(name ?? '', shells) ?? 'bash'
  throw new DrayError('USAGE', `${problem}. Shells: ${shells.join(', ')}.`, {
    hint: `For example: \`dray completion ${nearest}\``,
  })
}
