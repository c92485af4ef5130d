import { expect, test } from 'vitest'
import { splitLines } from '../../../../src/adapters/host/line-splitter.ts'

function linesOf(...chunks: Buffer[]): string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return lines
}

test('lines come whole, however the bytes are cut', () => {
  const bytes = Buffer.from('eins\r\nzwölf\n\nlast')
  const single = [...bytes].map((byte) => Buffer.from([byte]))
  expect(linesOf(...single)).toEqual(['eins', 'zwölf', '', 'last'])
  expect(linesOf(bytes)).toEqual(['eins', 'zwölf', '', 'last'])
})

test('an empty text has no line', () => {
  expect(linesOf()).toEqual([])
})
