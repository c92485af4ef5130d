import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guardCommands } from '../../../../src/ui/reporters/guard-commands.ts'

/** As the runner finds commands in a line: `::` at its start after white space, `##[` anywhere. */
function isCommand(line: string): boolean {
  return /^[\s\u0085]*::/.test(line) || line.includes('##[')
}

function written(...texts: string[]): string {
  let all = ''
  const stream = guardCommands({ write: (text) => (all += text) })
  for (const text of texts) stream.write(text)
  return all
}

test.each([
  ['::error::x\n', ': :error::x\n'],
  ['  ::add-mask::y', '  : :add-mask::y'],
  ['a line ##[error]z', 'a line ## [error]z'],
  ['image::tag and a::b\n', 'image::tag and a::b\n'],
  ['one\n::stop-commands::t\n::t::\n', 'one\n: :stop-commands::t\n: :t::\n'],
])('%j is written as %j', (text, expected) => expect(written(text)).toBe(expected))

test('within a line, `::` is text; after leading white space it is escaped', () => {
  expect(written('app', '::method\n', '::error::')).toBe('app::method\n: :error::')
  expect(written('  ', '::error::')).toBe('  : :error::')
})

test.each([
  [[':', ':add-mask::x'], ': :add-mask::x'],
  [[' ', ':', ':add-mask::x'], ' : :add-mask::x'],
  [['##', '[add-mask]x'], '## [add-mask]x'],
  [['a#', '#', '[add-mask]x'], 'a## [add-mask]x'],
  [['a', '\n:', ':error::'], 'a\n: :error::'],
  [['a:', ':b'], 'a::b'],
])('a command in pieces, %j, is written as %j', (texts, expected) => {
  expect(written(...texts)).toBe(expected)
})

test('our own command goes through', () => {
  let all = ''
  guardCommands({ write: (text) => (all += text) }).command?.('::group::Pull')
  expect(all).toBe('::group::Pull\n')
})

test('no text makes a command, in whatever pieces its lines come', () => {
  const piece = fc.constantFrom(
    '::',
    ':',
    '##[',
    'error',
    'set-env name=PATH',
    '\n',
    ' ',
    '\t',
    '\u0085',
    'x',
    '\r',
  )
  const line = fc.array(piece, { maxLength: 12 }).map((parts) => `${parts.join('')}\n`)
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const found of written(...lines).split(/\r\n|\n|\r/)) expect(isCommand(found)).toBe(false)
      const letters = written(...Array.from(lines.join(''))).split(/\r\n|\n|\r/)
      expect(letters.filter(isCommand)).toEqual([])
    }),
  )
})
