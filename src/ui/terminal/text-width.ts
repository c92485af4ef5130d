import stringWidth from 'fast-string-truncated-width'

/** Columns that a text takes on a terminal: wide characters two, colour sequences none. */
export function widthOf(text: string): number {
  return stringWidth(text).width
}

/** Cuts an uncoloured text to `columns`, with `ellipsis` at its end where something was cut. */
export function cutToWidth(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text
  const room = columns - widthOf(ellipsis)
  return room < 0 ? '' : text.slice(0, lengthWithin(text, room)) + ellipsis
}

/** Spaces after (or before) a text until it takes `columns`; a longer text stays as it is. */
export function padToWidth(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const padding = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return side === 'left' ? text + padding : padding + text
}

/** Breaks a text into lines of at most `columns`, between words where it can. */
export function wrapToWidth(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= columns || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].flatMap((each) => breakWord(each, columns))
}

function breakWord(text: string, columns: number): string[] {
  const parts: string[] = []
  let rest = text
  while (widthOf(rest) > columns) {
    const length = lengthWithin(rest, columns)
    if (length === 0) break
    parts.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
  return [...parts, rest]
}

/** Made when first needed: that takes tens of milliseconds, which commands that cut nothing need not wait for. */
let segmenter: Intl.Segmenter | undefined

/**
 * How much of the beginning of a text fits into `columns`, as an index into it, never within a character. Measured one
 * character at a time: the library's own truncation (3.0.3) goes too far in texts that mix wide and other characters.
 */
function lengthWithin(text: string, columns: number): number {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  let width = 0
  for (const { segment, index } of segmenter.segment(text)) {
    width += widthOf(segment)
    if (width > columns) return index
  }
  return text.length
}
