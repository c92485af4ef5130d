import { diffLines, toLines } from './diff-lines.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'

const CONTEXT = 3

/** What changes from one text to another, line by line, with three lines around each change; all `+` where nothing was. */
export function renderDiff(before: string | undefined, after: string, style: TerminalStyle): string[] {
  const lines = diffLines(toLines(before ?? ''), toLines(after))
  const { colors, glyphs } = style
  const paint = { ' ': colors.dim, '+': colors.green, '-': colors.red }
  const isShown = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' ')
  return lines.flatMap(({ sign, text }, index) => {
    if (isShown(index)) return [paint[sign](`${sign} ${text}`.trimEnd())]
    return index === 0 || isShown(index - 1) ? [colors.dim(`  ${glyphs.ellipsis}`)] : []
  })
}
