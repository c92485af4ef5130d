import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderDiff } from '../../../../src/ui/render/render-diff.ts'

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

test('texts that are the same have nothing to show', () => {
  expect(renderDiff('a\nb\n', 'a\nb\n', style)).toEqual(['  …'])
})
