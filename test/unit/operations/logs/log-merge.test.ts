import { expect, test } from 'vitest'
import { LogMerge } from '../../../../src/operations/logs/log-merge.ts'
import type { LogLine } from '../../../../src/shared/log-line.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const going = new AbortController().signal
const patience = { firstMs: 500, laterMs: 100 }

function line(at: number, text = String(at)): LogLine {
  return { at: String(at).padStart(4, '0'), stream: 'stdout', text }
}

async function* log(...batches: number[][]): AsyncGenerator<LogLine[]> {
  for (const batch of batches) yield batch.map((at) => line(at))
}

async function read(merge: LogMerge<string>, signal = going): Promise<string[]> {
  const read: string[] = []
  for await (const batch of merge.lines(signal)) {
    read.push(...batch.map(({ source, line: { text } }) => `${source}${text}`))
  }
  return read
}

test('lines of several logs come in the order of their times, whatever batches they came in', async () => {
  const merge = new LogMerge<string>(systemClock)
  void merge.add('a', log([1, 4], [5, 9]))
  void merge.add('b', log([2], [], [3, 6, 7]))
  void merge.add('c', log())
  merge.seal()
  expect(await read(merge)).toEqual(['a1', 'b2', 'b3', 'a4', 'a5', 'b6', 'b7', 'a9'])
})

test('fetches one batch of each log ahead of the reader', async () => {
  let fetched = 0
  const endless = async function* (): AsyncGenerator<LogLine[]> {
    for (;;) yield [line((fetched += 1))]
  }
  const merge = new LogMerge<string>(systemClock)
  void merge.add('a', endless())
  const lines = merge.lines(going)
  await lines.next()
  await systemClock.sleep(20)
  expect(fetched).toBeLessThanOrEqual(2)
  await lines.return()
})

test('a silent log holds up the others for its patience only', async () => {
  const clock = new FakeClock()
  const merge = new LogMerge<string>(clock, patience)
  const startedAt = clock.now()
  const silent = new AbortController()
  void merge.add('silent', waitsFor(silent.signal))
  void merge.add('a', log([1], [2]))
  const lines = merge.lines(going)
  expect((await lines.next()).value).toMatchObject([{ source: 'a', line: { text: '1' } }])
  expect(clock.now() - startedAt).toBe(500)
  expect((await lines.next()).value).toMatchObject([{ source: 'a', line: { text: '2' } }])
  silent.abort()
  merge.seal()
  expect(await lines.next()).toMatchObject({ done: true })
})

test('a line that is late within the patience still comes in order', async () => {
  const merge = new LogMerge<string>(systemClock, { firstMs: 60_000, laterMs: 60_000 })
  const late = async function* (): AsyncGenerator<LogLine[]> {
    await systemClock.sleep(20)
    yield [line(1)]
  }
  void merge.add('a', log([2]))
  void merge.add('late', late())
  merge.seal()
  expect(await read(merge)).toEqual(['late1', 'a2'])
})

test('a log that breaks ends all with its error', async () => {
  const broken = async function* (): AsyncGenerator<LogLine[]> {
    yield [line(1)]
    throw new Error('The line was cut.')
  }
  const merge = new LogMerge<string>(systemClock)
  void merge.add('a', broken())
  await expect(read(merge)).rejects.toThrow('The line was cut.')
})

test('the lines end when they are stopped, also while they are waited for', async () => {
  const stopping = new AbortController()
  const merge = new LogMerge<string>(systemClock)
  void merge.add('a', waitsFor(stopping.signal))
  const reading = read(merge, stopping.signal)
  await systemClock.sleep(5)
  stopping.abort()
  expect(await reading).toEqual([])
})

async function* waitsFor(signal: AbortSignal): AsyncGenerator<LogLine[]> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  yield []
}
