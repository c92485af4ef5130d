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
 * Rows of text in columns that are as wide as their widest cell; columns without text are left out. With `maxWidth` the last
 * column is wrapped to fit. If that is not enough, the columns that fit stay, and the cells of the others follow below each row.
 * Colours are applied last, so that they do not count as width.
 */
export function renderTable({ heading, rows, columns, indent = '', maxWidth = Infinity }: Table): string[] {
  const measured = columns
    .map((column, index) => ({ ...column, index, width: widestCell(rows, index) }))
    .filter(({ width }) => width > 0)
    .map((column) => ({
      ...column,
      width: Math.max(column.width, widthOf(heading?.cells[column.index] ?? '')),
    }))
  const last = measured.at(-1)
  if (!last) return []
  const startOf = (index: number): number =>
    measured.slice(0, index).reduce((sum, { width }) => sum + width + GAP.length, indent.length)
  const start = startOf(measured.length - 1)
  const longestWord = Math.max(...rows.flatMap((row) => (row[last.index] ?? '').split(' ').map(widthOf)))
  const isWrapped = maxWidth - start >= Math.min(last.width, Math.max(NARROWEST_LAST, longestWord))
  const fitting = measured.findIndex(({ width }, index) => index > 0 && startOf(index) + width > maxWidth)
  const shown = measured.slice(0, isWrapped || fitting === -1 ? -1 : fitting)
  const others = measured.slice(shown.length)
  const below = `${indent}${' '.repeat((measured[0]?.width ?? 0) + GAP.length)}`

  const headingLine =
    heading === undefined
      ? []
      : [
          indent +
            (isWrapped ? measured : shown).map((column) => headingCell(heading.cells, column)).join(GAP),
        ]
  const body = rows.flatMap((row) => {
    const line = indent + shown.map((column) => renderCell(row, column) + GAP).join('')
    const [first = '', ...more] = isWrapped
      ? wrapCell(row[last.index] ?? '', last, maxWidth - start)
      : ['', ...stackCells(row, { columns: others, heading, room: maxWidth - below.length })]
    const indented = more.map((part) => (isWrapped ? ' '.repeat(start) : below) + part)
    return [line + first, ...indented].map((each) => each.trimEnd())
  })
  return [...headingLine.map((line) => heading?.paint(line.trimEnd()) ?? line), ...body]
}

/** The cells of the columns that do not fit, with their headings if they are several. */
function stackCells(
  row: readonly string[],
  { columns, heading, room }: { columns: readonly MeasuredColumn[]; heading: Table['heading']; room: number },
): string[] {
  const cells = columns.flatMap(({ index, paint = String }) => {
    const text = row[index] ?? ''
    const name = columns.length === 1 ? '' : (heading?.cells[index] ?? '')
    return text.trim() === '' ? [] : [`${name === '' ? '' : `${name} `}${paint(text)}`]
  })
  return cells.length === 0 ? [] : wrapToWidth(cells.join(columns.length === 1 ? '' : ', '), room)
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
