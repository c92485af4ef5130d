import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { compareTexts, countLines, GIVEN_UP } from './compare-texts.ts'

/** The changes from one text to another, line by line, with three lines around each change; all `+` for a new text. Equal texts have none. */
export function renderDiff(before: string | undefined, after: string, style: TerminalStyle): string[] {
  const { colors, glyphs } = style
  const old = before ?? ''
  if (old === after) return []
  const { hunks, isGivenUp } = compareTexts(old, after)
  if (hunks.length === 0) return [colors.dim('  only the last line ending')]
  const paint = { ' ': colors.dim, '+': colors.green, '-': colors.red }
  const omission = colors.dim(`  ${glyphs.ellipsis}`)
  const lines = isGivenUp ? [colors.dim(`  ${GIVEN_UP}`)] : []
  let shown = 0
  for (const hunk of hunks) {
    if (hunk.oldStart - 1 > shown) lines.push(omission)
    for (const line of hunk.lines) {
      const sign = line.charAt(0) as keyof typeof paint
      lines.push(paint[sign](`${sign} ${line.slice(1)}`.trimEnd()))
    }
    shown = hunk.oldStart - 1 + hunk.oldLines
  }
  return shown < countLines(old) ? [...lines, omission] : lines
}
