import { expect, test } from 'vitest'
import { rowsOf } from '../../../../src/ui/page/log-rows.ts'

const line = (text: string, kind: 0 | 1 | 2 = 0) => ({ name: 'backend-1', kind, text })

test('in a wide window every line is one row', () => {
  const rows = rowsOf([line('a'.repeat(500)), line('')], { columns: undefined, timeLength: 8 })
  expect(rows.all).toBe(2)
  expect([0, 1, 2, 9].map(rows.rowOf)).toEqual([0, 1, 2, 2])
  expect([0, 1, 2, 9].map(rows.lineAt)).toEqual([0, 1, 2, 2])
})

test('in a narrow one, the heading of a line and its text have the rows that they need', () => {
  const lines = [line('a'.repeat(21)), line(''), line('b'.repeat(20), 1), line('c')]
  // The headings have 20 characters, with a mark 21.
  const rows = rowsOf(lines, { columns: 20, timeLength: 8 })
  expect([0, 1, 2, 3, 4].map(rows.rowOf)).toEqual([0, 3, 5, 8, 10])
  expect(rows.all).toBe(10)
  expect(Array.from({ length: 11 }, (_, row) => rows.lineAt(row))).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4])
})

test('the row of each of a hundred thousand lines leads back to it', () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => line('x'.repeat(index % 97)))
  const rows = rowsOf(lines, { columns: 36, timeLength: 24 })
  for (let index = 0; index < lines.length; index += 997) {
    expect(rows.lineAt(rows.rowOf(index))).toBe(index)
    expect(rows.lineAt(rows.rowOf(index + 1) - 1)).toBe(index)
  }
  expect(rowsOf([], { columns: 0, timeLength: 8 }).lineAt(5)).toBe(0)
})
