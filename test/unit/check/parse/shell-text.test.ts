import { describe, expect, test } from 'vitest'
import {
  cutShellText,
  readShellText,
  showExpressions,
  spanIn,
  unescapeShellText,
  type ShellText,
} from '../../../../src/check/parse/shell-text.ts'
import { textOf } from '../../../../src/check/source-file.ts'

const read = (text: string): ShellText =>
  readShellText({ file: { path: 'a', text }, start: 0, end: text.length })

/** The text of the file at the place where a part of the shell text is. */
function inFile(source: ShellText, part: string): string {
  const start = source.text.indexOf(part)
  return textOf(spanIn(source, start, start + part.length))
}

describe('shell text', () => {
  test('loses the indentation that all lines share', () => {
    const source = read('    a\n      b\n\n    c\n')
    expect(source.text).toBe('a\n  b\n\nc\n')
    expect(inFile(source, 'b')).toBe('b')
    expect(source.placeAt(source.text.indexOf('c'))).toBe(19)
  })

  test('keeps that of a text of which one line has none', () => {
    expect(read('  a\nb').text).toBe('  a\nb')
  })

  test('has spaces for carriage returns', () => {
    expect(read('a\r\nb').text).toBe('a \nb')
  })

  test('has stand-ins as long as its expressions', () => {
    const text = `a \${{ x || '}' }}\${{ y }} b`
    const source = read(text)
    expect(source.text).toHaveLength(text.length)
    expect(source.text).toMatch(/^a [\uE000-\uF8FF]+ b$/)
    expect(showExpressions(source, source.text)).toBe(text)
    expect(showExpressions(source, source.text.slice(0, 17))).toBe(`a \${{ x || '}' }}`)
  })

  test('takes an expression that does not end as it is', () => {
    expect(read('a ${{ b').text).toBe('a ${{ b')
  })
})

test('a part has the places of the whole', () => {
  const part = cutShellText(read('  ab\n  cd'), 3, 5)
  expect([part.text, inFile(part, 'd')]).toEqual(['cd', 'd'])
})

test('escapes for the outer shell go, others stay', () => {
  const source = unescapeShellText(read('\\$a \\"b\\" \\\\$c \\n'))
  expect(source.text).toBe('$a "b" \\$c \\n')
  expect(inFile(source, '$a')).toBe('$a')
  expect(inFile(source, '"b"')).toBe('"b\\"')
})
