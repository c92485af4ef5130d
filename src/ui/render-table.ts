import { padToWidth, widthOf, wrapToWidth } from './text-width.ts'

export type Column = { align?: 'left' | 'right'; paint?: (text: string) => string }

const GAP = '  '

/** A last column narrower than this is left to the terminal to break. */
const NARROWEST_WRAP = 16

/**
 * Rows of text in columns that are as wide as their widest cell; a column without any text is left out. With `maxWidth`
 * the last column is broken into several lines to fit. Colours come last, so that they do not count as width.
 */
export function renderTable(table: {
  rows: readonly (readonly string[])[]
  columns: readonly Column[]
  indent?: string
  maxWidth?: number
}): string[] {
  const widths = table.columns.map((_, index) =>
    Math.max(0, ...table.rows.map((row) => widthOf(row[index] ?? ''))),
  )
  const shown = table.columns.map((column, index) => ({ ...column, index, width: widths[index] ?? 0 }))
  const columns = shown.filter(({ width }) => width > 0)
  const indent = table.indent ?? ''
  const before = columns.slice(0, -1).reduce((sum, { width }) => sum + width + GAP.length, indent.length)
  const room = (table.maxWidth ?? Infinity) - before

  return table.rows.flatMap((row) => {
    const last = columns.at(-1)
    const lastCell = row[last?.index ?? 0] ?? ''
    const parts = room >= NARROWEST_WRAP && room < Infinity ? wrapToWidth(lastCell, room) : [lastCell]
    return parts.map((part, line) => {
      const cells = columns.map(({ index, width, align, paint }) => {
        const cell = index === last?.index ? part : line === 0 ? (row[index] ?? '') : ''
        const padded =
          index === last?.index && align !== 'right' ? cell : padToWidth(cell, width, sideOf(align))
        return paint && padded.trim() !== '' ? paint(padded) : padded
      })
      return (indent + cells.join(GAP)).trimEnd()
    })
  })
}

function sideOf(align: Column['align']): 'left' | 'right' {
  return align === 'right' ? 'right' : 'left'
}
