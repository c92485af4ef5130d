import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openChild } from '../../../../src/adapters/host/child-stream.ts'

test('reads the output of a program that ended before it read its input', async () => {
  const { stream, ended } = openChild('sh', ['-c', 'echo answer'])
  // The pipe is broken by now, and nothing of the answer was read.
  await ended
  stream.end('too late')
  expect(await text(stream)).toBe('answer\n')
})
