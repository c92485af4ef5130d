import { padToWidth, widthOf, wrapToWidth } from '../../terminal/text-width.ts'

export type Column = { align?: 'left' | 'right'; paint?: (text: string) => string }

type Table = {
  /** Column headings; not shown if the table is empty. */
  heading?: { cells: readonly string[]; paint: (text: string) => string }
  rows: readonly (readonly string[])[]
  columns: readonly Column[]
  indent?: string
  maxWidth?: number
}

type MeasuredColumn = Column & { index: number; width: number }

const GAP = '  '

/** A last column with less width than this is placed below the others. */
const NARROWEST_LAST = 16

/**
 * Rows of text in columns that are as wide as their widest cell; columns without text are left out. With `maxWidth` the
 * last column is wrapped to fit, or placed on lines of its own if the others leave too little width. Colours are applied
 * last, so that they do not count as width.
 */
export function renderTable({ heading, rows, columns, indent = '', maxWidth = Infinity }: Table): string[] {
  const measured = columns
    .map((column, index) => ({ ...column, index, width: widestCell(rows, index) }))
    .filter(({ width }) => width > 0)
    .map((column) => ({
      ...column,
      width: Math.max(column.width, widthOf(heading?.cells[column.index] ?? '')),
    }))
  const others = measured.slice(0, -1)
  const last = measured.at(-1)
  if (!last) return []
  const start = others.reduce((sum, { width }) => sum + width + GAP.length, indent.length)
  const room = maxWidth - start
  const isBelow = room < Math.min(NARROWEST_LAST, last.width)
  const below = `${indent}${' '.repeat((others[0]?.width ?? 0) + GAP.length)}`

  const headingLine =
    heading === undefined
      ? []
      : [indent + measured.map((column) => headingCell(heading.cells, column)).join(GAP)]
  const body = rows.flatMap((row) => {
    const line = indent + others.map((column) => renderCell(row, column) + GAP).join('')
    const [first = '', ...more] = wrapCell(
      row[last.index] ?? '',
      last,
      isBelow ? maxWidth - below.length : room,
    )
    const lines = isBelow
      ? [line, ...[first, ...more].filter((part) => part.trim() !== '').map((part) => below + part)]
      : [line + first, ...more.map((part) => ' '.repeat(start) + part)]
    return lines.map((each) => each.trimEnd())
  })
  return [...headingLine.map((line) => heading?.paint(line.trimEnd()) ?? line), ...body]
}

function headingCell(cells: readonly string[], { index, width, align }: MeasuredColumn): string {
  return padToWidth(cells[index] ?? '', width, align === 'right' ? 'right' : 'left')
}

function widestCell(rows: Table['rows'], index: number): number {
  return Math.max(0, ...rows.map((row) => widthOf(row[index] ?? '')))
}

function renderCell(row: readonly string[], { index, width, align, paint = String }: MeasuredColumn): string {
  const text = padToWidth(row[index] ?? '', width, align === 'right' ? 'right' : 'left')
  return text.trim() === '' ? text : paint(text)
}

function wrapCell(text: string, { width, align, paint = String }: MeasuredColumn, room: number): string[] {
  if (align === 'right') return [paint(padToWidth(text, width, 'right'))]
  return wrapToWidth(text, Math.max(NARROWEST_LAST, room)).map((part) => (part === '' ? '' : paint(part)))
}
