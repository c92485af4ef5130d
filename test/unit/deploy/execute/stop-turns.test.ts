import { expect, test } from 'vitest'
import { StopTurns } from '../../../../src/deploy/execute/stop-turns.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

/** Stops twenty containers, each in `eachMs`: how many stopped at the same time at most, and how long all took. */
async function stopTwenty(
  isSlow: boolean,
  eachMs: number,
  options?: { hurries: boolean },
): Promise<{ most: number; tookMs: number }> {
  const clock = new FakeClock()
  const turns = new StopTurns({ isSlow }, clock)
  let most = 0
  let underWay = 0
  const startedAtMs = clock.now()
  const stop = async (): Promise<void> => {
    most = Math.max(most, (underWay += 1))
    await clock.sleep(eachMs)
    underWay -= 1
  }
  await Promise.all(Array.from({ length: 20 }, () => turns.run(stop, options)))
  return { most, tookMs: clock.now() - startedAtMs }
}

test('eight containers stop at the same time', async () => {
  expect(await stopTwenty(false, 1_000)).toEqual({ most: 8, tookMs: 3_000 })
})

test('while the app is slow, one stops after the other', async () => {
  expect(await stopTwenty(true, 500)).toEqual({ most: 1, tookMs: 10_000 })
})

test('while the app is slow, a stop that takes long delays the next by 1.5 s only', async () => {
  const { most, tookMs } = await stopTwenty(true, 9_000)
  expect(most).toBeLessThanOrEqual(6)
  expect(tookMs).toBeLessThan(20 * 1_700 + 9_000)
})

test('in an undo, nothing waits for a slow app', async () => {
  expect(await stopTwenty(true, 1_000, { hurries: true })).toEqual({ most: 8, tookMs: 3_000 })
})

test('a stop that fails gives its turn to the next, and its error to the caller', async () => {
  const turns = new StopTurns({ isSlow: true }, new FakeClock())
  const failing = turns.run(() => Promise.reject(new Error('no such container')))
  await expect(failing).rejects.toThrow('no such container')
  await turns.run(() => Promise.resolve())
})

test('what waits for its turn ends with the signal', async () => {
  const clock = new FakeClock()
  const turns = new StopTurns({ isSlow: true }, clock)
  const over = new AbortController()
  const first = turns.run(() => clock.sleep(1_000))
  const waiting = turns.run(() => Promise.resolve(), { signal: over.signal })
  over.abort(new Error('over'))
  await expect(waiting).rejects.toThrow('over')
  await first
})
