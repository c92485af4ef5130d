import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { ForwardedStream } from '../../../../src/adapters/host/forwarded-stream.ts'

test('an answer is read, though its sender has gone before the empty write that ends a request', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dray-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'socket')
  const server = createServer({ allowHalfOpen: true }).listen(path)
  onTestFinished(() => void server.close())
  await once(server, 'listening')

  const accepted = once(server, 'connection')
  const socket = connect({ path, allowHalfOpen: true })
  const [[peer]] = (await Promise.all([accepted, once(socket, 'connect')])) as [[Socket], unknown]
  const stream = new ForwardedStream(socket, async () => new Error('The connection ended without a byte.'))
  peer.write('answer')
  peer.destroy()
  stream.write('')
  expect(await text(stream)).toBe('answer')
})
