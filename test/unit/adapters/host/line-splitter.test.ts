import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLines } from '../../../../src/adapters/host/line-splitter.ts'
import { cpuMsOf } from '../../../support/cpu-time.ts'

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

test('any bytes, however they are cut, give the lines of the text that they are', () => {
  const bytes = fc
    .uint8Array({ maxLength: 60 })
    .map((array) => Buffer.from(array.map((byte) => (byte % 7 === 0 ? 10 : byte))))
  fc.assert(
    fc.property(bytes, fc.nat(60), fc.nat(60), (all, first, second) => {
      const [from, to] = [Math.min(first, second), Math.max(first, second)]
      const lines = all.toString('utf8').split('\n')
      if (lines.at(-1) === '') lines.pop()
      const expected = lines.map((line) => line.replace(/\r$/, ''))
      expect(linesOf(all.subarray(0, from), all.subarray(from, to), all.subarray(to))).toEqual(expected)
    }),
  )
})

test('a line of ten megabytes is cut, soon, and takes no such room', () => {
  const chunk = Buffer.alloc(16 * 1024, 'x')
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  const before = process.memoryUsage().heapUsed
  const takenMs = cpuMsOf(() => {
    for (let count = 0; count < 640; count += 1) splitter.push(chunk)
  })
  const grown = process.memoryUsage().heapUsed - before
  splitter.push(Buffer.from('\nnext\n'))
  splitter.end()
  expect(lines.map((line) => line.replace(/x+/, 'x'))).toEqual(['x … [10469376 more characters]', 'next'])
  expect(lines[0]?.length).toBeLessThan(17 * 1024)
  expect(takenMs).toBeLessThan(1000)
  expect(grown).toBeLessThan(64 * 1024 ** 2)
})
