import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTexts } from '../../../../../src/ui/render/text/compare-texts.ts'
import { renderUnifiedDiff } from '../../../../../src/ui/render/text/unified-diff.ts'

const unifiedDiff = (before: string, after: string): string[] =>
  renderUnifiedDiff(compareTexts(before, after))

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

const numbered = (word: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('')

test('the changes of a large file are found, however far apart', () => {
  const before = numbered('line', 50_000)
  const after = before.replace('line 1\n', 'one\n').replace('line 49998\n', '')
  expect(unifiedDiff(before, after)).toEqual([
    '@@ -1,5 +1,5 @@',
    ' line 0',
    '-line 1',
    '+one',
    ' line 2',
    ' line 3',
    ' line 4',
    '@@ -49996,5 +49996,4 @@',
    ' line 49995',
    ' line 49996',
    ' line 49997',
    '-line 49998',
    ' line 49999',
  ])
})

test('few lines among many new ones are found', () => {
  const { hunks, isGivenUp } = compareTexts('kept\n', `${numbered('new', 50_000)}kept\n`)
  expect(isGivenUp).toBe(false)
  expect(hunks.map(({ oldLines, newLines }) => [oldLines, newLines])).toEqual([[1, 50_001]])
})

test('a patch that gave up on large texts still makes of one the other', { timeout: 60_000 }, () => {
  const [before, after] = [numbered('old', 20_000), numbered('new', 20_000)]
  const comparison = compareTexts(before, after)
  expect(comparison.isGivenUp).toBe(true)
  expect(applyPatch(before, renderUnifiedDiff(comparison))).toBe(after)
})
