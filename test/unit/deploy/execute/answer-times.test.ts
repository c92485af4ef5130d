import { expect, test } from 'vitest'
import { AnswerTimes } from '../../../../src/deploy/execute/answer-times.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

async function answeredIn(
  answers: AnswerTimes,
  clock: FakeClock,
  ...times: readonly number[]
): Promise<void> {
  for (const ms of times) {
    const ended = answers.sent()
    await clock.sleep(ms)
    ended('answered')
  }
}

test('an app without a probe is never slow', async () => {
  const answers = await usually(new FakeClock())
  expect(answers.isSlow).toBe(false)
  expect(await answers.waitWhileSlow(5_000, new AbortController().signal)).toBe(0)
})

/** The times of an app that answered so fast before the first new container started. */
async function usually(clock: FakeClock, ...times: readonly number[]): Promise<AnswerTimes> {
  const answers = new AnswerTimes(clock)
  await answeredIn(answers, clock, ...times)
  answers.noteFirstStart()
  return answers
}

test('an answer is slow after three times the usual time, and not below 200 ms', async () => {
  const clock = new FakeClock()
  const quick = await usually(clock, 5, 6, 7)
  await answeredIn(quick, clock, 200)
  expect(quick.isSlow).toBe(false)
  await answeredIn(quick, clock, 201)
  expect(quick.isSlow).toBe(true)

  const slow = await usually(clock, 400, 420, 430)
  await answeredIn(slow, clock, 1_260)
  expect(slow.isSlow).toBe(false)
  await answeredIn(slow, clock, 1_261)
  expect(slow.isSlow).toBe(true)
})

test('answers after the first new container do not change what is usual', async () => {
  const clock = new FakeClock()
  const answers = await usually(clock, 5)
  await answeredIn(answers, clock, ...Array<number>(100).fill(300))
  answers.noteFirstStart()
  expect(answers.isSlow).toBe(true)
})

test('a request without an answer makes the app slow while it waits', async () => {
  const clock = new FakeClock()
  const answers = await usually(clock, 5, 5, 5)
  const ended = answers.sent()
  await clock.sleep(150)
  expect(answers.isSlow).toBe(false)
  await clock.sleep(100)
  expect(answers.isSlow).toBe(true)
  ended('answered')
  await answeredIn(answers, clock, 5)
  expect(answers.isSlow).toBe(false)
})

test('the wait ends when the app is quick again, at its limit, or with the signal', async () => {
  const clock = new FakeClock()
  const answers = await usually(clock, 5)
  await answeredIn(answers, clock, 300)
  const over = new AbortController()
  expect(await answers.waitWhileSlow(1_000, over.signal)).toBe(1_000)

  const waiting = answers.waitWhileSlow(5_000, over.signal)
  await answeredIn(answers, clock, 120, 120)
  expect(await waiting).toBeLessThan(300)

  await answeredIn(answers, clock, 300)
  const cancelled = answers.waitWhileSlow(5_000, over.signal)
  over.abort(new Error('over'))
  await expect(cancelled).rejects.toThrow('over')
})

test('what failed before is not usual, and what did not reach the host says nothing', async () => {
  const clock = new FakeClock()
  const answers = new AnswerTimes(clock)
  answers.sent()('failed')
  answers.noteFirstStart()
  await answeredIn(answers, clock, 3_000)
  expect(answers.isSlow).toBe(false)

  const known = await usually(clock, 5)
  const unsent = known.sent()
  await clock.sleep(5_000)
  unsent('unsent')
  expect(known.isSlow).toBe(false)
  const timedOut = known.sent()
  await clock.sleep(5_000)
  timedOut('failed')
  expect(known.isSlow).toBe(true)
})

test('a request that was sent before the first new container shows what is usual, also if it ends later', async () => {
  const clock = new FakeClock()
  const answers = new AnswerTimes(clock)
  const ended = answers.sent()
  answers.noteFirstStart()
  await clock.sleep(10)
  ended('answered')
  await answeredIn(answers, clock, 300)
  expect(answers.isSlow).toBe(true)
})

test('an answer of more than a second ago does not make the app slow', async () => {
  const clock = new FakeClock()
  const answers = await usually(clock, 5)
  await answeredIn(answers, clock, 300)
  await clock.sleep(1_001)
  expect(answers.isSlow).toBe(false)
})
