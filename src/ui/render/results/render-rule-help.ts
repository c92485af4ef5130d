import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import type { ShownRule } from './render-sarif.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

type Examples = { bad: Readonly<Record<string, string>>; good: Readonly<Record<string, string>> }

/** One rule: its title, its reason, its hint, a bad and a good example. */
export function renderRuleHelp(
  { code, severity, title, why, hint, bad, good }: ShownRule & Examples,
  style: TerminalStyle,
): string {
  const { colors, columns = 100 } = style
  const wrap = (text: string): string[] => wrapToWidth(text, columns)
  return [
    `${colors.bold(code)} (${severity})`,
    ...wrap(title),
    '',
    ...wrap(why),
    '',
    ...wrap(`Hint: ${hint}`),
    '',
    ...renderExample('Bad', bad, style),
    ...renderExample('Good', good, style),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function renderExample(
  label: string,
  files: Readonly<Record<string, string>>,
  { colors, glyphs }: TerminalStyle,
): string[] {
  return Object.entries(files).flatMap(([path, text]) => [
    `${colors.bold(label)}: ${path}`,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${colors.dim(glyphs.gutter)} ${line}`),
    '',
  ])
}
