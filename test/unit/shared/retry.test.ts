import { expect, test } from 'vitest'
import type { Clock } from '../../../src/shared/clock.ts'
import { retry } from '../../../src/shared/retry.ts'

class Fault extends Error {
  readonly temporary: boolean
  constructor(temporary: boolean) {
    super('fault')
    this.temporary = temporary
  }
}

/** Time that passes only by sleeping. */
function sleepyClock() {
  const sleeps: number[] = []
  let nowMs = 0
  const clock: Clock = {
    now: () => nowMs,
    sleep: (ms, signal) => {
      signal?.throwIfAborted()
      sleeps.push(ms)
      nowMs += ms
      return Promise.resolve()
    },
  }
  return { clock, sleeps }
}

/** Fails as often as told, then gives the number of the try. */
function failing(times: number, fault = new Fault(true)) {
  let tries = 0
  return () => (++tries <= times ? Promise.reject(fault) : Promise.resolve(tries))
}

test('a temporary failure is tried again, after waits that grow', async () => {
  const { clock, sleeps } = sleepyClock()
  expect(await retry(failing(3), { clock, deadlineMs: 10_000, random: () => 1 })).toBe(4)
  expect(sleeps).toEqual([250, 500, 1000])
})

test('waits are jittered down to a half and have an upper limit', async () => {
  const { clock, sleeps } = sleepyClock()
  const options = { clock, deadlineMs: 100_000, attempts: 9, maxDelayMs: 1_000, random: () => 0 }
  await retry(failing(5), options)
  expect(sleeps).toEqual([125, 250, 500, 500, 500])
})

test('a failure for good is thrown at once', async () => {
  const { clock, sleeps } = sleepyClock()
  const fault = new Fault(false)
  await expect(retry(failing(1, fault), { clock, deadlineMs: 10_000 })).rejects.toBe(fault)
  expect(sleeps).toEqual([])
})

test('after the last try its own failure is thrown', async () => {
  const { clock, sleeps } = sleepyClock()
  await expect(retry(failing(9), { clock, deadlineMs: 60_000, attempts: 3 })).rejects.toThrow('fault')
  expect(sleeps).toHaveLength(2)
})

test('no try starts after the deadline', async () => {
  const { clock } = sleepyClock()
  await expect(retry(failing(9), { clock, deadlineMs: 600, attempts: 9, random: () => 1 })).rejects.toThrow(
    'fault',
  )
  expect(clock.now()).toBeLessThanOrEqual(600)
})

test('a wait that the failure asks for is kept, and given up when it is too long', async () => {
  const patient = sleepyClock()
  await retry(failing(1), { clock: patient.clock, deadlineMs: 10_000, waitOf: () => 3_000 })
  expect(patient.sleeps).toEqual([3_000])
  const { clock, sleeps } = sleepyClock()
  await expect(retry(failing(1), { clock, deadlineMs: 10_000, waitOf: () => 60_000 })).rejects.toThrow(
    'fault',
  )
  expect(sleeps).toEqual([])
})

test('an abort ends it with the reason of the signal', async () => {
  const { clock } = sleepyClock()
  const controller = new AbortController()
  const attempt = () => {
    controller.abort(new Error('stopped'))
    return Promise.reject(new Fault(true))
  }
  const options = { clock, deadlineMs: 10_000, signal: controller.signal }
  await expect(retry(attempt, options)).rejects.toThrow('stopped')
})
