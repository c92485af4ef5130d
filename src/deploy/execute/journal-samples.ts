import type { DeployEvent } from '../model/events.ts'
import type { Clock } from '../../shared/clock.ts'
import type { JournalLine } from './journal.ts'

const SECOND_MS = 1000
/** The time between two samples is at most this part of the time so far: an hour has about three hundred. */
const PART = 1 / 60

/**
 * Gives a sink that writes the counts of `probe.sampled` to a journal: once a second at first, less often in a long deploy, but always
 * when more requests have failed.
 */
export function journalSamples(
  clock: Clock,
  write: (line: JournalLine) => void,
): (event: DeployEvent) => void {
  const startedAtMs = clock.now()
  let last: { atMs: number; failures: number } | undefined
  return (event) => {
    if (event.type !== 'probe.sampled') return
    const { at, requests, failures } = event
    const everyMs = Math.max(SECOND_MS, (at - startedAtMs) * PART)
    if (last !== undefined && at - last.atMs < everyMs && failures === last.failures) return
    last = { atMs: at, failures }
    write({ event: 'probe.sampled', requests, failures })
  }
}
