import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderTable } from '../../../../../src/ui/render/text/render-table.ts'
import { widthOf } from '../../../../../src/ui/terminal/text-width.ts'

const heading = {
  cells: ['', 'environment', 'host', 'state', 'release', 'tag', 'age', 'by', 'running', 'disk'],
  paint: (text: string) => text,
}
const row = [
  ...['✓', 'production', 'deploy@shop.example.com', 'ok', 'r12', '3f2a1c95e0b7d8a6c4f3e2d1b0a99887766554'],
  ...['3 h', 'jane', '4/4', '41 %'],
]
const columns = row.map(() => ({}))

test('keeps the columns that fit in 80 columns, and puts the others below with their headings', () => {
  expect(
    renderTable({ heading, rows: [row, ['✗', 'test', 'local', 'unknown']], columns, maxWidth: 80 }),
  ).toEqual([
    '   environment  host                     state    release',
    '✓  production   deploy@shop.example.com  ok       r12',
    '   tag 3f2a1c95e0b7d8a6c4f3e2d1b0a99887766554, age 3 h, by jane, running 4/4,',
    '   disk 41 %',
    '✗  test         local                    unknown',
  ])
})

test('has room for fewer in 60 columns', () => {
  expect(renderTable({ heading, rows: [row], columns, maxWidth: 60 })).toEqual([
    '   environment  host                     state  release',
    '✓  production   deploy@shop.example.com  ok     r12',
    '   tag 3f2a1c95e0b7d8a6c4f3e2d1b0a99887766554, age 3 h, by',
    '   jane, running 4/4, disk 41 %',
  ])
})

test('is one line for each row without a limit', () => {
  expect(renderTable({ heading, rows: [row], columns })).toHaveLength(2)
})

test('wraps the last column, or puts it below if a word of it would be broken', () => {
  const rows = [['1', 'backend', 'a cause of several words']]
  const table = { rows, columns: [{}, {}, {}] }
  expect(renderTable({ ...table, maxWidth: 32 })).toEqual([
    '1  backend  a cause of several',
    '            words',
  ])
  const long = { ...table, rows: [['1', 'backend', 'ghcr.io/acme/backend is new']] }
  expect(renderTable({ ...long, maxWidth: 30 })).toEqual(['1  backend', '   ghcr.io/acme/backend is new'])
})

test('breaks no word and exceeds no width, at 60 and 80 columns', () => {
  const word = fc.stringMatching(/^[a-z0-9./@-]{1,30}$/)
  const cell = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '))
  const cells = fc.tuple(word, word, word, word, cell, cell)
  fc.assert(
    fc.property(
      fc.array(cells, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(60, 80),
      (rows, maxWidth) => {
        const lines = renderTable({ rows, columns: rows[0]!.map(() => ({})), maxWidth, indent: '  ' })
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(maxWidth)
        const shown = new Set(lines.flatMap((line) => line.split(/[\s,]+/)))
        for (const it of rows.flat().flatMap((text) => text.split(' '))) expect(shown).toContain(it)
      },
    ),
  )
})
