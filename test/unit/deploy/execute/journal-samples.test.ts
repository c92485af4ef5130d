import { expect, test } from 'vitest'
import { journalSamples } from '../../../../src/deploy/execute/journal-samples.ts'
import type { JournalLine } from '../../../../src/deploy/execute/journal.ts'
import type { Clock } from '../../../../src/shared/clock.ts'

/** What an hour of samples, one a second, leaves in the journal. */
function journalOfAnHour(failuresAt: (second: number) => number): (JournalLine & { at: number })[] {
  const written: (JournalLine & { at: number })[] = []
  let now = 0
  const clock = { now: () => now } as unknown as Clock
  const journal = journalSamples(clock, (line) => written.push({ ...line, at: now }))
  for (let second = 1; second <= 3600; second += 1) {
    now = second * 1000
    journal({ type: 'probe.sampled', at: now, requests: second * 10, failures: failuresAt(second) })
  }
  return written
}

test('the first minute has every second, an hour a few hundred', () => {
  const written = journalOfAnHour(() => 0)
  expect(written.filter(({ at }) => at <= 60_000)).toHaveLength(60)
  expect(written.length).toBeGreaterThan(250)
  expect(written.length).toBeLessThan(350)
  expect(written[0]).toMatchObject({ event: 'probe.sampled', requests: 10, failures: 0 })
})

test('a failed request is written at once, however long the deploy takes', () => {
  const written = journalOfAnHour((second) => (second < 3000 ? 0 : second < 3010 ? second - 2999 : 10))
  const failing = written.filter(({ at }) => at >= 3_000_000 && at < 3_010_000)
  expect(failing.map((entry) => entry['failures'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
