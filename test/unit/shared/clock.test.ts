import { expect, test } from 'vitest'
import { systemClock } from '../../../src/shared/clock.ts'

/** `timeout: 720h`: more than a timer of Node's can hold, which then ends at once. */
const monthMs = 30 * 24 * 3_600_000

test('a sleep of a month is not over at once', async () => {
  const awake = new AbortController()
  const reason = new Error('woken')
  const sleeping = systemClock.sleep(monthMs, awake.signal)
  await systemClock.sleep(20)
  awake.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
})
