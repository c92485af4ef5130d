import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderDiff } from '../../../../../src/ui/render/text/render-diff.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('')

test('a file that was not there is new in every line', () => {
  expect(renderDiff(undefined, 'a\n\nb\n', style)).toEqual(['+ a', '+', '+ b'])
})

test('shows three lines around a change, and omits the rest', () => {
  const after = numbers(1, 20).replace('10\n', 'ten\n').replace('11\n', '')
  expect(renderDiff(numbers(1, 20), after, style)).toEqual([
    '  …',
    '  7',
    '  8',
    '  9',
    '- 10',
    '- 11',
    '+ ten',
    '  12',
    '  13',
    '  14',
    '  …',
  ])
})

test('two changes that are far from each other have the lines between them left out', () => {
  const after = numbers(1, 20).replace('2\n', 'two\n').replace('19\n', '19\n19a\n')
  expect(renderDiff(numbers(1, 20), after, style)).toEqual([
    '  1',
    '- 2',
    '+ two',
    '  3',
    '  4',
    '  5',
    '  …',
    '  17',
    '  18',
    '  19',
    '+ 19a',
    '  20',
  ])
})

test('equal texts show nothing', () => {
  expect(renderDiff('a\nb\n', 'a\nb\n', style)).toEqual([])
  expect(renderDiff(undefined, '', style)).toEqual([])
})

test('a missing last line end is named', () => {
  expect(renderDiff('a\nb\n', 'a\nb', style)).toEqual(['  only the last line ending'])
})

test('says that it gave up on texts with too many changed lines', { timeout: 60_000 }, () => {
  const lines = renderDiff(numbers(1, 5000), numbers(10_001, 15_000), style)
  expect(lines).toHaveLength(10_001)
  expect(lines.slice(0, 2)).toEqual(['  too many changed lines to compare, shown as replaced', '- 1'])
})
