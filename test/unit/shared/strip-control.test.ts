import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripAllButColors, stripControl } from '../../../src/shared/strip-control.ts'

test.each([
  ['plain text, ünïcode and 日本 stay', 'plain text, ünïcode and 日本 stay'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a\tb\nc\r\nd', 'a\tb\nc\nd'],
  ['progress 1\rprogress 2', 'progress 1progress 2'],
  ['\u009b2Jcleared', 'cleared'],
  ['\u001bcreset', 'reset'],
  ['bell\u0007 null\u0000 delete\u007f', 'bell null delete'],
  ['user\u202egnp.exe', 'usergnp.exe'],
  ['\u061cback\u200bend\ufeff', 'backend'],
  ['\u009d0;title\u009ctext', 'text'],
  ['\u001b]0;without an end\nthe next line', '\nthe next line'],
])('%j becomes %j', (text, stripped) => {
  expect(stripControl(text)).toBe(stripped)
})

/** What terminals take for more than text: ECMA-48, and the marks that turn or hide text. */
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/
const pieces = [
  '\u001b',
  '[',
  ']',
  '0',
  '8',
  ';',
  '31m',
  '2J',
  '\u009b',
  '\u009d',
  '\u0007',
  '\\',
  '\u001b[31m',
  '\n',
  'text',
]
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join('')),
)

test('nothing that steers a terminal is left of any text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(stripControl(text)).not.toMatch(steering)
    }),
  )
})

test('lines stay lines', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(stripControl(text).split('\n').length).toBe(text.split('\n').length)
    }),
  )
})

test('of a text with our colours, these alone are left', () => {
  expect(stripAllButColors('\u001b[31mred\u001b[39m \u001b[2J\u001b[8mhidden\u001b]0;x\u0007')).toBe(
    '\u001b[31mred\u001b[39m hidden',
  )
  fc.assert(
    fc.property(hostile, (text) => {
      expect(stripAllButColors(text).replaceAll(/\u001b\[\d{1,3}m/g, '')).not.toMatch(steering)
    }),
  )
})
