import stringWidth from 'fast-string-truncated-width'

/** Columns that a text takes on a terminal: wide characters two, colour sequences none. */
export function widthOf(text: string): number {
  return stringWidth(text).width
}

/** Cuts an uncoloured text to `columns`, with `ellipsis` at its end where something was cut. */
export function cutToWidth(text: string, columns: number, ellipsis = '…'): string {
  if (columns <= 0) return ''
  const limit = { limit: columns, ellipsis, ellipsisWidth: widthOf(ellipsis) }
  const { truncated, ellipsed, index } = stringWidth(text, limit)
  if (!truncated) return text
  return text.slice(0, index) + (ellipsed ? ellipsis : '')
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
    const { index } = stringWidth(rest, { limit: Math.max(2, columns) })
    if (index === 0) break
    parts.push(rest.slice(0, index))
    rest = rest.slice(index)
  }
  return [...parts, rest]
}
