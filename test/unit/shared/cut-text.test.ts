import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from '../../../src/shared/cut-text.ts'

test.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['words that are many', 12, 'words that  … [8 more characters]'],
  ['token ghp_0123456789abcdefghij', 15, 'token  … [24 more characters]'],
])('%j in %d', (text, most, cut) => expect(cutText(text, most)).toBe(cut))

test('a word without end is cut within', () => {
  expect(cutText('x'.repeat(5000), 2000)).toBe(`${'x'.repeat(2000)} … [3000 more characters]`)
})

test('the shown and the omitted characters add up to the whole', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, most) => {
      const cut = cutText(text, most)
      const [mark = '', left = '0'] = / … \[(\d+) more characters\]$/.exec(cut) ?? []
      const shown = cut.slice(0, cut.length - mark.length)
      expect(text.startsWith(shown)).toBe(true)
      expect(shown.length + Number(left)).toBe(text.length)
    }),
  )
})
