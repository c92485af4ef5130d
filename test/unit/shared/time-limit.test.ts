import { expect, test } from 'vitest'
import { systemClock } from '../../../src/shared/clock.ts'
import { startTimeLimit } from '../../../src/shared/time-limit.ts'

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
  })

test('aborts when the time is over', async () => {
  using limit = startTimeLimit(10)
  expect(limit.isOver).toBe(false)
  expect(await aborted(limit.signal)).toMatchObject({ name: 'TimeoutError' })
  expect(limit.isOver).toBe(true)
})

test('aborts with the reason of the outer signal, and is not over', () => {
  const outer = new AbortController()
  using limit = startTimeLimit(60_000, { signal: outer.signal })
  outer.abort('cancelled')
  expect([limit.signal.reason, limit.isOver]).toEqual(['cancelled', false])
})

test('starts again, and ends when it is disposed of', async () => {
  const sleeps: { ms: number; signal?: AbortSignal }[] = []
  const clock = {
    now: () => 0,
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps.push({ ms, signal })
      return new Promise<void>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('woken')))
      })
    },
  }
  {
    using limit = startTimeLimit(10, { clock })
    limit.restart(20)
    expect(sleeps.map(({ ms, signal }) => [ms, signal?.aborted])).toEqual([
      [10, true],
      [20, false],
    ])
  }
  expect(sleeps.at(-1)?.signal?.aborted).toBe(true)
  await systemClock.sleep(0)
})

/** `timeout: 720h` is more than a timer of Node's can hold, which then ends at once. */
test.each([30 * 24 * 3_600_000, 1e15, Infinity])('a limit of %d ms is not over at once', async (ms) => {
  using limit = startTimeLimit(ms)
  await systemClock.sleep(20)
  expect(limit.isOver).toBe(false)
})
