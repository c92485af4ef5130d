import { textOf, type SourceFile, type Span } from '../source-file.ts'

/** Text as a shell gets it, and where each of its characters stands in the file. */
export type ShellText = {
  file: SourceFile
  /** `${{ expressions }}` are stand-ins of the same length: `showExpressions` puts them back. */
  text: string
  expressions: readonly string[]
  /** The place in the file of the character at an index of `text`. */
  placeAt: (index: number) => number
}

/**
 * The shell text in a piece of a file: without the indentation that all its lines share, so that a here-document ends where
 * it does once YAML is read, and with spaces for carriage returns.
 */
export function readShellText({ file, start, end }: Span): ShellText {
  const raw = textOf({ file, start, end }).replaceAll('\r', ' ')
  const { text, expressions } = hideExpressions(raw)
  return withoutIndentation({ file, text, expressions, placeAt: (index) => start + index })
}

/** The text between two indices. */
export function cutShellText({ placeAt, ...whole }: ShellText, start: number, end: number): ShellText {
  return { ...whole, text: whole.text.slice(start, end), placeAt: (index) => placeAt(start + index) }
}

/** The text that a shell makes of text within double quotes or backticks, for the next shell to read. */
export function unescapeShellText(source: ShellText): ShellText {
  const escapes = [...source.text.matchAll(/\\[\\`$"]/g)]
  return leaveOut(
    source,
    escapes.map(({ index }) => ({ start: index, end: index + 1 })),
  )
}

/** The place in the file of what stands from `start` to `end` in the text. */
export function spanIn({ file, placeAt }: ShellText, start: number, end: number): Span {
  return { file, start: placeAt(start), end: end > start ? placeAt(end - 1) + 1 : placeAt(start) }
}

/** A value that was read from the text, with its expressions as they are written. */
export function showExpressions({ expressions }: ShellText, value: string): string {
  if (expressions.length === 0) return value
  return value.replaceAll(
    /\uE000([\uE100-\uE8FF])([\uE100-\uE8FF])\uE001*/g,
    (whole, high: string, low: string) => expressions[indexOf(high) * base + indexOf(low)] ?? whole,
  )
}

const first = 0xe100
const base = 0x800

function indexOf(digit: string): number {
  return digit.charCodeAt(0) - first
}

/** GitHub fills expressions in before the shell reads the text: the shell does not see quotes and brackets in them. */
function hideExpressions(raw: string): { text: string; expressions: string[] } {
  const expressions: string[] = []
  let text = ''
  let position = 0
  for (;;) {
    const start = raw.indexOf('${{', position)
    const close = start < 0 ? -1 : raw.indexOf('}}', start)
    if (close < 0) return { text: text + raw.slice(position), expressions }
    const expression = raw.slice(start, close + 2)
    const index = expressions.push(expression) - 1
    const digits = String.fromCharCode(first + Math.floor(index / base), first + (index % base))
    text += `${raw.slice(position, start)}\uE000${digits}${'\uE001'.repeat(expression.length - 3)}`
    position = close + 2
  }
}

function withoutIndentation(source: ShellText): ShellText {
  const lines = source.text.split('\n')
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ ]/))
  const indent = indents.reduce((least, it) => Math.min(least, it), indents[0] ?? 0)
  if (indent === 0) return source
  let offset = 0
  const ranges = lines.map((line) => {
    const start = offset
    offset += line.length + 1
    return { start, end: start + Math.min(indent, line.length) }
  })
  return leaveOut(source, ranges)
}

/** The text without these pieces of it, which are in order. */
function leaveOut(source: ShellText, ranges: readonly { start: number; end: number }[]): ShellText {
  if (ranges.length === 0) return source
  let text = ''
  let position = 0
  let gone = 0
  /** From which index of the new text on how many characters are gone. */
  const shifts: { from: number; by: number }[] = []
  for (const { start, end } of ranges) {
    text += source.text.slice(position, start)
    position = end
    gone += end - start
    shifts.push({ from: text.length, by: gone })
  }
  text += source.text.slice(position)
  return { ...source, text, placeAt: (index) => source.placeAt(index + shiftAt(shifts, index)) }
}

function shiftAt(shifts: readonly { from: number; by: number }[], index: number): number {
  let low = 0
  let high = shifts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shifts[middle]?.from ?? Infinity) <= index) low = middle + 1
    else high = middle
  }
  return shifts[low - 1]?.by ?? 0
}
