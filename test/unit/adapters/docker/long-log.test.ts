import { expect, test } from 'vitest'
import { readLogLines } from '../../../../src/adapters/docker/log-frames.ts'
import type { ContainerChange } from '../../../../src/operations/logs/log-source.ts'
import { readLogs, type LogHost } from '../../../../src/operations/logs/read-logs.ts'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { systemClock } from '../../../../src/shared/clock.ts'

const linesInChunk = 600
const chunkCount = 200

/** A chunk of a log as the Engine sends it. */
const frame = Buffer.from('\u0001\0\0\0\0\0\0\u00262026-11-23T10:45:01.123456789Z a line\n', 'latin1')
const chunk = Buffer.concat(Array.from({ length: linesInChunk }, () => frame))

test.each([false, true])('of a long log no more is held than two chunks, followed: %s', async (follow) => {
  let sentLines = 0
  const host: LogHost = {
    name: 'a',
    project: 'shop',
    engine: {
      containers: async () => [{ id: '1', name: 'shop-backend-1', service: 'backend' } as Container],
      container: async () => undefined as never,
    },
    source: { atOnce: 10, logs: async () => readLogLines(send()), changes: async () => nothing() },
  }
  async function* send(): AsyncGenerator<Buffer> {
    for (let count = 0; count < chunkCount; count += 1) {
      sentLines += linesInChunk
      yield chunk
    }
  }
  const request = {
    hosts: [host],
    services: [],
    since: undefined,
    tail: undefined,
    follow,
    clock: systemClock,
    onNote: () => undefined,
    onAbsence: () => undefined,
  }
  const all = linesInChunk * chunkCount
  const over = new AbortController()
  let givenLines = 0
  let mostHeld = 0
  for await (const batch of readLogs(request, over.signal)) {
    mostHeld = Math.max(mostHeld, sentLines - givenLines)
    givenLines += batch.length
    if (givenLines === all) over.abort()
  }
  expect(givenLines).toBe(all)
  expect(mostHeld).toBeLessThanOrEqual(2 * linesInChunk)
})

async function* nothing(): AsyncGenerator<ContainerChange> {}
