import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderDiff } from '../text/render-diff.ts'
import { renderTable } from '../text/render-table.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

/** A file before and after the change. */
type FileChange = {
  path: string
  text: string
  before: string | undefined
  state: 'new' | 'same' | 'extended' | 'differs'
}

/** Length in characters above which a file's content is not shown. */
const LARGE = 15_000

/** Length of a line that no person wrote. */
const LONG = 2000

/** The changes of all files as a diff. */
export function renderFileChanges(files: readonly FileChange[], style: TerminalStyle): string {
  const { colors } = style
  return files
    .filter(({ state }) => state !== 'same')
    .map(({ path, text, before, state }) => {
      const title = colors.bold(`${path}${state === 'new' ? ' (new)' : ''}`)
      if (text.length > LARGE || text.split('\n').some((line) => line.length > LONG))
        return `${title}\n${colors.dim(`  ${renderBytes(text.length)}, generated`)}\n`
      return `${[title, ...renderDiff(before, text, style)].join('\n')}\n`
    })
    .join('\n')
}

const words = {
  new: ['created', 'would be created'],
  extended: ['lines added', 'would add lines'],
  differs: ['replaced', 'differs, not replaced'],
  same: ['up to date', 'up to date'],
} as const

/** Every file with its result; `written` are the files that were written. */
export function renderFileList(
  files: readonly FileChange[],
  written: readonly FileChange[],
  style: TerminalStyle,
): string {
  const { colors, glyphs } = style
  const rows = files.map((file) => {
    const isWritten = written.includes(file)
    const isOpen = !isWritten && file.state !== 'same'
    return [
      isWritten ? glyphs.done : isOpen ? glyphs.waiting : ' ',
      file.path,
      words[file.state][isWritten ? 0 : 1],
    ]
  })
  return renderTable({ rows, columns: [{ paint: colors.green }, {}, { paint: colors.dim }] }).join('\n')
}

/** The remaining manual steps as a numbered list. */
export function renderRemainingSteps(
  sentences: readonly string[],
  { colors, columns = 100 }: TerminalStyle,
): string {
  const lines = sentences.flatMap((sentence, index) =>
    wrapToWidth(sentence, columns - 5).map(
      (line, part) => `${part === 0 ? `  ${index + 1}.` : '    '} ${line}`,
    ),
  )
  return `\n${colors.bold('Remaining steps')}\n${lines.join('\n')}`
}
