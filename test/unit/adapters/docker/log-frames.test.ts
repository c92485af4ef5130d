import { expect, test } from 'vitest'
import { readLogLines } from '../../../../src/adapters/docker/log-frames.ts'
import { logRequest } from '../../../../src/adapters/docker/engine-logs.ts'
import type { LogLine } from '../../../../src/shared/log-line.ts'

const at = (second: number): string => `2026-11-23T10:45:0${second}.123456789Z`

function frame(text: string, stream = 1): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

async function read(chunks: readonly Buffer[]): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for await (const batch of readLogLines(from(chunks))) lines.push(...batch)
  return lines
}

async function* from(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

const framed = Buffer.concat([
  frame(`${at(1)} hello\n`),
  frame(`${at(2)} a problem\n`, 2),
  frame(`${at(3)} the beginning, `),
  frame(`${at(4)} between\n`, 2),
  frame(`${at(5)} the middle ☃, `),
  frame(`${at(6)} and the end\r\n`),
  frame(`${at(7)} \n`),
  frame(`${at(8)} without its newline`),
])
const lines: LogLine[] = [
  { at: at(1), stream: 'stdout', text: 'hello' },
  { at: at(2), stream: 'stderr', text: 'a problem' },
  { at: at(4), stream: 'stderr', text: 'between' },
  { at: at(3), stream: 'stdout', text: 'the beginning, the middle ☃, and the end' },
  { at: at(7), stream: 'stdout', text: '' },
  { at: at(8), stream: 'stdout', text: 'without its newline' },
]

test.each([1, 7, 100, framed.length])('reads frames that come in pieces of %i bytes', async (size) => {
  const count = Math.ceil(framed.length / size)
  const chunks = Array.from({ length: count }, (_, index) =>
    framed.subarray(index * size, (index + 1) * size),
  )
  expect(await read(chunks)).toEqual(lines)
})

test('reads the output of a container with a terminal', async () => {
  const text = `${at(1)} one\r\n${at(2)} two\r\n`
  expect(await read([Buffer.from(text.slice(0, 40)), Buffer.from(text.slice(40))])).toEqual([
    { at: at(1), stream: 'stdout', text: 'one' },
    { at: at(2), stream: 'stdout', text: 'two' },
  ])
})

test('of a line of ten megabytes a megabyte is kept, and the next line is whole', async () => {
  const pieces = Array.from({ length: 640 }, () => frame(`${at(1)} ${'x'.repeat(16 * 1024)}`))
  const [long, next] = await read([...pieces, frame(`${at(2)} the end\n`), frame(`${at(3)} next\n`)])
  expect(long?.text.replace(/x+/, 'x')).toBe('x … [9437192 more characters]')
  expect(long?.text.length).toBeLessThan(1024 ** 2 + 100)
  expect(next).toEqual({ at: at(3), stream: 'stdout', text: 'next' })
})

test('an empty log has no lines', async () => {
  expect(await read([])).toEqual([])
})

test('a time is given to the Engine with all its digits', () => {
  const sinceOf = (since: string) =>
    logRequest('/containers/c', { since, tail: undefined, follow: false }).query?.['since']
  expect(sinceOf(at(1))).toBe('1795430701.123456789')
  expect(sinceOf('2026-11-23T10:45:01Z')).toBe('1795430701.000000000')
})

test('says what the Engine says about missing lines apart from the lines, also as the first frame', async () => {
  const words = 'Error grabbing logs: rpc error: node n1 is not available\n'
  const chunks = [frame(words, 3), frame(`${at(1)} hello\n`)]
  const problems: string[] = []
  const found: LogLine[] = []
  for await (const batch of readLogLines(from(chunks), (text) => problems.push(text))) found.push(...batch)
  expect(problems).toEqual([words])
  expect(found).toEqual([{ at: at(1), stream: 'stdout', text: 'hello' }])
  expect(await read(chunks)).toContainEqual({ at: '', stream: 'stderr', text: words.trimEnd() })
})
