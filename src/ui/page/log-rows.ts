import type { ShownLine } from './log-window.ts'

/** Marks of a line by its kind: standard error, and what happened to a container. */
export const LOG_MARKS = ['', '!', '·'] as const

/**
 * Where each line of a log begins, in rows. One line is one row, unless the window is narrow: then the time, the name and the mark are
 * rows of their own above the text, and both continue in the next row where they end at the edge.
 */
export type LogRows = {
  /** The rows of all lines. */
  all: number
  /** The row with which a line begins; `all` for an index beyond the last. */
  rowOf(index: number): number
  /** The line that a row belongs to. */
  lineAt(row: number): number
}

/** Between the parts of a line. */
const SPACES = 3

/** `columns`: characters in a row of a narrow window; undefined if every line has one row. `timeLength`: characters of a time. */
export function rowsOf(
  lines: readonly Pick<ShownLine, 'name' | 'kind' | 'text'>[],
  { columns, timeLength }: { columns: number | undefined; timeLength: number },
): LogRows {
  if (columns === undefined) {
    return {
      all: lines.length,
      rowOf: (index) => Math.min(index, lines.length),
      lineAt: (row) => Math.min(row, lines.length),
    }
  }
  const width = Math.max(1, columns)
  const rows = (length: number): number => Math.max(1, Math.ceil(length / width))
  const starts = new Uint32Array(lines.length + 1)
  let row = 0
  lines.forEach(({ name, kind, text }, index) => {
    starts[index] = row
    const heading = timeLength + name.length + LOG_MARKS[kind].length + SPACES
    row += rows(heading) + rows(text.length)
  })
  starts[lines.length] = row
  const rowOf = (index: number): number => starts[Math.min(index, lines.length)] ?? row
  return { all: row, rowOf, lineAt: (sought) => lastNotAbove(starts, sought) }
}

/** The index of the last number that is not above another; they are in ascending order. */
function lastNotAbove(numbers: Uint32Array, sought: number): number {
  let low = 0
  let high = numbers.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((numbers[middle] ?? Infinity) <= sought) low = middle
    else high = middle - 1
  }
  return low
}
