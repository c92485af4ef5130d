import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderBar } from '../../../../src/ui/render/text/render-bar.ts'
import { renderBytes, renderCount } from '../../../../src/shared/bytes.ts'
import { renderDuration, renderLatency } from '../../../../src/ui/render/text/render-duration.ts'
import { renderTable } from '../../../../src/ui/render/text/render-table.ts'
import { cutToWidth, widthOf, wrapLines, wrapToWidth } from '../../../../src/ui/terminal/text-width.ts'

test.each([
  [0, '0.0 s'],
  [340, '0.3 s'],
  [12_345, '12.3 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 00 s'],
  [65_000, '1 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [7_620_000, '2 h 07 min'],
])('renders %i ms as %s', (ms, text) => {
  expect(renderDuration(ms)).toBe(text)
})

test.each([
  [3.21, '3.2 ms'],
  [4, '4 ms'],
  [12.4, '12 ms'],
  [999.7, '1.0 s'],
])('renders an answer after %d ms as %s', (ms, text) => {
  expect(renderLatency(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [99_960_000, '100 MB'],
  [999_600_000, '1.0 GB'],
  [5e15, '5000 TB'],
])('renders %i bytes as %s', (bytes, text) => {
  expect(renderBytes(bytes)).toBe(text)
})

test('separates thousands', () => {
  expect([0, 999, 1204, 1_234_567].map(renderCount)).toEqual(['0', '999', '1,204', '1,234,567'])
})

const unicode = createTerminalStyle({ env: { LC_ALL: 'de_DE.UTF-8' }, isTTY: false }).glyphs
const ascii = createTerminalStyle({ env: { LC_ALL: 'C', LANG: 'C.UTF-8' }, isTTY: false }).glyphs

test('draws a bar in eighths of a column, and in whole ones in ASCII', () => {
  expect([0, 0.3, 0.55, 1].map((fraction) => renderBar(fraction, 10, unicode))).toEqual([
    '░░░░░░░░░░',
    '███░░░░░░░',
    '█████▌░░░░',
    '██████████',
  ])
  expect(renderBar(0.55, 10, ascii)).toBe('#####.....')
})

test('draws a bar of exactly its width for any fraction', () => {
  fc.assert(
    fc.property(fc.double(), fc.integer({ min: 0, max: 60 }), (fraction, width) => {
      fc.pre(!Number.isNaN(fraction))
      expect(widthOf(renderBar(fraction, width, unicode))).toBe(width)
    }),
  )
})

test('cuts text to any width, wide characters and emoji too', () => {
  expect(cutToWidth('漢字漢字', 5)).toBe('漢字…')
  expect(cutToWidth('漢字', 4)).toBe('漢字')
  expect(cutToWidth('abc', 0)).toBe('')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
      expect(widthOf(cutToWidth(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
})

test('breaks lines between words, and words that are too long', () => {
  expect(wrapToWidth('one two three', 8)).toEqual(['one two', 'three'])
  expect(wrapToWidth('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij', 'k'])
})

test('wraps only the lines that are too long, with their indentation', () => {
  expect(wrapLines('  + a\n  one two three\nshort', 10)).toBe('  + a\n  one two\n  three\nshort')
  expect(wrapLines('\u001b[1mone two\u001b[22m three', 9)).toBe('\u001b[1mone two\u001b[22m\nthree')
  expect(wrapLines('  one two three')).toBe('  one two three')
})

test('lines up columns, leaves out empty ones, and breaks the last', () => {
  const rows = [
    ['1', '', '漢字', 'a reason of some words'],
    ['10', '', 'b', 'short'],
  ]
  const columns = [{ align: 'right' }, {}, {}, {}] as const
  expect(renderTable({ rows, columns, maxWidth: 26 })).toEqual([
    ' 1  漢字  a reason of some',
    '          words',
    '10  b     short',
  ])
})

test('colours cells without counting the colour as width', () => {
  const paint = (text: string): string => `\u001b[1m${text}\u001b[22m`
  expect(
    renderTable({
      rows: [
        ['a', 'x'],
        ['bb', 'y'],
      ],
      columns: [{ paint }, {}],
    }),
  ).toEqual(['\u001b[1ma \u001b[22m  x', '\u001b[1mbb\u001b[22m  y'])
})
