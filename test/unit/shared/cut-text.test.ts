import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText, shortenCutLines } from '../../../src/shared/cut-text.ts'

test.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['words that are many', 12, 'words that a … [7 more characters]'],
])('%j in %d', (text, most, cut) => expect(cutText(text, most)).toBe(cut))

test('the shown and the omitted characters add up to the whole, also after the line was shortened', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^.{0,60}$/), fc.nat(60), fc.nat(9), (text, most, more) => {
      const cut = shortenCutLines(cutText(text, most), (line) =>
        line.slice(0, Math.max(0, line.length - more)),
      )
      const [mark = '', left = '0'] = / … \[(\d+) more characters\]$/.exec(cut) ?? []
      const shown = cut.slice(0, cut.length - mark.length)
      expect(text.startsWith(shown)).toBe(true)
      expect(shown.length + Number(left)).toBe(text.length)
      expect(shown.length).toBe(text.length <= most ? text.length : Math.max(0, most - more))
    }),
  )
})

test('shortens cut lines only', () => {
  const text = 'first line\nabc … [3 more characters]\nlast line'
  expect(shortenCutLines(text, () => 'a')).toBe('first line\na … [5 more characters]\nlast line')
})
