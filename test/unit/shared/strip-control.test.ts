import { expect, test } from 'vitest'
import { stripControl } from '../../../src/shared/strip-control.ts'

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
])('%j becomes %j', (text, stripped) => {
  expect(stripControl(text)).toBe(stripped)
})
