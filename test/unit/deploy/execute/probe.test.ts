import { expect, test } from 'vitest'
import { startProbing, type Probing } from '../../../../src/deploy/execute/probe.ts'
import type { ProbeAnswer } from '../../../../src/deploy/model/prober.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

type Answer = ProbeAnswer & { tookMs?: number }

/** Probes every 100 ms; the nth request is answered by what `answerOf` gives for n, from 1. */
function probing(clock: FakeClock, settle: (turn: number) => Answer): Probing {
  let turn = 0
  const get = async (): Promise<ProbeAnswer> => {
    const { tookMs = 1, ...answer } = settle((turn += 1))
    await clock.sleep(tookMs)
    return answer
  }
  const prober = {
    get,
    listens: async () => 'unknown' as const,
    connections: async () => '',
    lookUp: async () => [],
    networkTables: async () => new Map(),
  }
  return startProbing({ prober, target: { url: 'http://x/' }, everyMs: 100, timeoutMs: 5_000, clock })
}

test('requests go out by the clock, however long answers take', async () => {
  const clock = new FakeClock()
  const probes = probing(clock, () => ({ status: 200, tookMs: 730 }))
  await clock.sleep(1_950)
  expect(await probes.stop()).toMatchObject({ requests: 20, failures: 0, medianMs: 730, p99Ms: 730 })
})

test('a timeout and a status of 500 or more are failures, a 404 is not', async () => {
  const clock = new FakeClock()
  const answers: Answer[] = [
    { status: 200 },
    { status: 404 },
    { status: 500 },
    { error: 'ECONNREFUSED' },
    { status: 302 },
  ]
  const probes = probing(clock, (turn) => answers[turn - 1] ?? { status: 200 })
  await clock.sleep(450)
  expect(await probes.stop()).toMatchObject({
    requests: 5,
    failures: 2,
    firstFailures: [
      { atMs: 200, reason: 'status 500' },
      { atMs: 300, reason: 'ECONNREFUSED' },
    ],
  })
})

test('failures before the app first answered are not counted', async () => {
  const clock = new FakeClock()
  const probes = probing(clock, (turn) => (turn <= 4 ? { error: 'ECONNREFUSED' } : { status: 200 }))
  await clock.sleep(950)
  expect(await probes.stop()).toMatchObject({ requests: 6, failures: 0 })
})

test('a request that did not reach the host is unknown, not failed', async () => {
  const clock = new FakeClock()
  const probes = probing(clock, (turn) =>
    turn === 3 || turn === 4 ? { error: 'no answer', unsent: true } : { status: 200 },
  )
  await clock.sleep(950)
  expect(await probes.stop()).toMatchObject({ requests: 8, failures: 0, unknown: 2, firstFailures: [] })
})

test('while nothing has answered yet, no sample counts a request', async () => {
  const clock = new FakeClock()
  const counts: string[] = []
  const prober = {
    get: async (): Promise<ProbeAnswer> => (counts.length < 3 ? { error: 'refused' } : { status: 200 }),
    listens: async () => 'unknown' as const,
    connections: async () => '',
    lookUp: async () => [],
    networkTables: async () => new Map(),
  }
  const target = { url: 'http://x/' }
  const onSample = (_: ProbeAnswer, { requests, failures }: { requests: number; failures: number }): void =>
    void counts.push(`${failures} of ${requests}`)
  const probes = startProbing({ prober, target, everyMs: 100, timeoutMs: 5_000, clock, onSample })
  await clock.sleep(450)
  await probes.stop()
  expect(counts).toEqual(['0 of 0', '0 of 0', '0 of 0', '0 of 1', '0 of 2'])
})

test('an app that never answered has no figures', async () => {
  const clock = new FakeClock()
  const probes = probing(clock, () => ({ error: 'ECONNREFUSED' }))
  await clock.sleep(500)
  expect(await probes.stop()).toMatchObject({
    requests: 0,
    failures: 0,
    medianMs: 0,
    p99Ms: 0,
    firstFailures: [],
  })
})

test('stopping waits for the requests that are under way, and sends no more', async () => {
  const clock = new FakeClock()
  let sent = 0
  const probes = probing(clock, (turn) => {
    sent = turn
    return { status: 200, tookMs: 300 }
  })
  await clock.sleep(50)
  const report = await probes.stop()
  await clock.sleep(1_000)
  expect([report.requests, sent]).toEqual([1, 1])
})

test('only the first few failures are kept, all are counted', async () => {
  const clock = new FakeClock()
  const probes = probing(clock, (turn) => (turn === 1 ? { status: 200 } : { status: 502 }))
  await clock.sleep(1_950)
  const report = await probes.stop()
  expect([report.failures, report.firstFailures.length]).toEqual([19, 5])
})
