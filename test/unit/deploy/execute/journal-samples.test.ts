import { expect, test } from 'vitest'
import type { Execution } from '../../../../src/deploy/execute/execution.ts'
import { journalSamples } from '../../../../src/deploy/execute/journal-samples.ts'
import type { JournalEntry } from '../../../../src/deploy/model/lock.ts'

/** What an hour of samples, one a second, leaves in the journal. */
function journalOfAnHour(failuresAt: (second: number) => number): JournalEntry[] {
  const written: JournalEntry[] = []
  let now = 0
  const lock = { journal: (entry: JournalEntry) => void written.push(entry) }
  const hosts = new Map([['srv', { lock }]])
  const execution = { hosts, clock: { now: () => now }, plan: { release: 'r1' } } as unknown as Execution
  const journal = journalSamples(execution)
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
  expect(written[0]).toMatchObject({ event: 'probe.sampled', release: 'r1', requests: 10, failures: 0 })
})

test('a failed request is written at once, however long the deploy takes', () => {
  const written = journalOfAnHour((second) => (second < 3000 ? 0 : second < 3010 ? second - 2999 : 10))
  const failing = written.filter(({ at }) => at >= 3_000_000 && at < 3_010_000)
  expect(failing.map((entry) => entry['failures'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
