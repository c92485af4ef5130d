import stringWidth from 'fast-string-truncated-width'

/** Width of a text on a terminal, in columns: a wide character takes two, a colour sequence zero. */
export function widthOf(text: string): number {
  return stringWidth(text).width
}

/** Cuts an uncoloured text to `columns`; `ellipsis` marks the cut. */
export function cutToWidth(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text
  const available = columns - widthOf(ellipsis)
  return available < 0 ? '' : text.slice(0, lengthWithin(text, available)) + ellipsis
}

/** Pads a text with spaces to `columns`; a longer text is unchanged. */
export function padToWidth(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const padding = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return side === 'left' ? text + padding : padding + text
}

/** Wraps a text into lines of at most `columns`, between words if possible. */
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

/** Wraps the lines of a text that are longer than `columns`, with their indentation; the others stay as they are. */
export function wrapLines(text: string, columns = Infinity): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (widthOf(line) <= columns) return [line]
      const indent = /^ */.exec(line)?.[0] ?? ''
      return wrapToWidth(line.slice(indent.length), columns - indent.length).map((part) => indent + part)
    })
    .join('\n')
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

/** Created on first use: this takes tens of milliseconds, and many commands cut no text. */
let segmenter: Intl.Segmenter | undefined

/**
 * Index of the first character of a text that does not fit into `columns`. Measured one character at a time: the library's
 * own truncation (3.0.3) returns too much of texts that mix wide and other characters.
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
