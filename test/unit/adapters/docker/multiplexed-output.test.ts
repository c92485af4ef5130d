import { expect, test } from 'vitest'
import { readLines } from '../../../../src/adapters/docker/multiplexed-output.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

async function linesOf(chunks: readonly Buffer[], hasTerminal = false): Promise<string[]> {
  const lines: string[] = []
  const output = (async function* () {
    yield* chunks
  })()
  await readLines(output, (line) => lines.push(line), hasTerminal)
  return lines
}

const bytes = Buffer.concat([
  frame(1, 'one\ntw'),
  frame(2, ''),
  frame(1, 'o\n'),
  frame(2, '\u001b[31mthree ü'),
])

test('frames of both streams become lines', async () => {
  expect(await linesOf([bytes])).toEqual(['one', 'two', 'three ü'])
})

test('wherever the bytes are cut', async () => {
  expect(await linesOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(['one', 'two', 'three ü'])
})

test('a terminal has no frames', async () => {
  expect(await linesOf([Buffer.from('one\r\ntwo\r\n')], true)).toEqual(['one', 'two'])
})
