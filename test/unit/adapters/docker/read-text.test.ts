import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readText } from '../../../../src/adapters/docker/read-text.ts'

const answer = (chunks: Iterable<Buffer>): Readable => Readable.from(chunks)

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(1000, '[')
}

test('an answer of the Engine is read as a whole, up to a limit', async () => {
  const [first, second] = [Buffer.from('{"a":"é'), Buffer.from('☃"}')]
  const bytes = Buffer.concat([first, second])
  expect(await readText(answer([bytes.subarray(0, 7), bytes.subarray(7)]))).toBe('{"a":"é☃"}')
  await expect(readText(answer(endless()), 10_000)).rejects.toMatchObject({ code: 'DOCKER_FAILED' })
  await expect(readText(answer(endless()))).rejects.toMatchObject({ code: 'DOCKER_FAILED' })
})
