import type { Failure } from '../../../deploy/model/events.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { furtherLines } from '../text/further-lines.ts'
import { wrapLines, wrapToWidth } from '../../terminal/text-width.ts'

/**
 * A failure, in the order of a reader's questions: title, message, last log lines, the serving release, undone and not
 * undone changes, and the hint.
 */
export function renderFailure(failure: Failure, style: TerminalStyle): string {
  const { colors, glyphs } = style
  const { location, problems = [] } = failure.details
  const blocks: string[][] = [
    [
      wrapLines(
        `${colors.red(glyphs.failed)} ${colors.bold(failure.title)} ${colors.dim(`[${failure.code}]`)}`,
        style.columns,
      ),
    ],
    [
      ...paragraph(failure.message, style),
      ...(location ? [`  ${colors.cyan(`${location.file}:${location.line}:${location.column}`)}`] : []),
      ...problems.flatMap((problem) => bullet(problem, style)),
    ],
    logLines(failure, style),
    outcomeLines(failure, style),
    failure.hint === '' ? [] : hintLines(failure.hint, style),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function logLines(failure: Failure, { colors, glyphs }: TerminalStyle): string[] {
  const logTail = furtherLines(failure)
  const { logOf } = failure.details
  if (logTail.length === 0) return []
  const lines = logTail.flatMap((line) => line.split('\n'))
  return [
    `  Last lines${logOf ? ` of ${logOf}` : ''}:`,
    ...lines.map((line) => `  ${colors.dim(glyphs.gutter)} ${line}`.trimEnd()),
  ]
}

function outcomeLines({ serving, undone = [], notUndone = [] }: Failure, style: TerminalStyle): string[] {
  return [
    ...(serving ? paragraph(serving, style) : []),
    ...(undone.length > 0 ? ['  Undone:', ...undone.flatMap((line) => bullet(line, style))] : []),
    ...(notUndone.length > 0 ? ['  Not undone:', ...notUndone.flatMap((line) => bullet(line, style))] : []),
  ]
}

/** Commands in a hint are in backquotes, and coloured on a terminal. */
function hintLines(hint: string, style: TerminalStyle): string[] {
  const { colors, glyphs } = style
  const [first = '', ...more] = paragraph(hint, style, 2 + glyphs.arrow.length - 1)
  const indented = [`  ${glyphs.arrow} ${first.trimStart()}`, ...more.map((line) => `   ${line}`)]
  return indented.map((line) => line.replaceAll(/`[^`]+`/g, (command) => colors.cyan(command)))
}

function bullet(text: string, style: TerminalStyle): string[] {
  const [first = '', ...more] = paragraph(text, style, 2)
  return [`  - ${first.trimStart()}`, ...more.map((line) => `  ${line}`)]
}

function paragraph(text: string, { columns }: TerminalStyle, narrower = 0): string[] {
  const width = Math.max(20, (columns ?? Infinity) - 2 - narrower)
  return text
    .split('\n')
    .flatMap((line) => wrapToWidth(line, width))
    .map((line) => `  ${line}`.trimEnd())
}
