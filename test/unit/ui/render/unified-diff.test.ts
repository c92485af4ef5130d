import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../../../src/ui/render/unified-diff.ts'

/** Does to a text what a patch says, and checks all that the patch says of the text. */
function applyPatch(before: string, patch: readonly string[]): string {
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const after: string[] = []
  let taken = 0
  for (const line of patch) {
    const [, from, count = '1', to, newCount = '1'] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line) ?? []
    if (from !== undefined) {
      const start = count === '0' ? Number(from) : Number(from) - 1
      after.push(...lines.slice(taken, start))
      taken = start
      expect(after).toHaveLength(newCount === '0' ? Number(to) : Number(to) - 1)
      continue
    }
    if (!line.startsWith('+')) {
      expect(lines[taken]).toBe(line.slice(1))
      taken += 1
    }
    if (!line.startsWith('-')) after.push(line.slice(1))
  }
  return [...after, ...lines.slice(taken)].map((line) => `${line}\n`).join('')
}

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 40 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''))

test('the patch makes of one text the other, and its line numbers are right', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applyPatch(before, unifiedDiff(before, after))).toBe(after)
    }),
  )
})

test('changes that are far from each other are hunks of their own, with three lines around', () => {
  const before = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`).join('')
  expect(unifiedDiff(before, before.replace('2\n', 'two\n').replace('19\n', ''))).toEqual([
    '@@ -1,5 +1,5 @@',
    ' 1',
    '-2',
    '+two',
    ' 3',
    ' 4',
    ' 5',
    '@@ -16,5 +16,4 @@',
    ' 16',
    ' 17',
    ' 18',
    '-19',
    ' 20',
  ])
})

test('texts with the same lines have no hunks; a new text is one', () => {
  expect(unifiedDiff('a\n', 'a')).toEqual([])
  expect(unifiedDiff('', 'a\nb\n')).toEqual(['@@ -0,0 +1,2 @@', '+a', '+b'])
})

test('a file of thousands of lines that all changed takes no minute', () => {
  const lines = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}\n`).join('')
  expect(unifiedDiff(lines('old'), lines('new'))).toHaveLength(40_001)
})
