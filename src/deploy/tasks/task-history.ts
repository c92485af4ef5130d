import type { JournalEntry } from '../model/ports.ts'
import { readDeployer, type Deployer } from '../model/release.ts'

/** A task that a person ran, as the journal tells it. */
export type TaskAttempt = {
  task: string
  /** The release that was in place. */
  release: string
  /** Milliseconds since the epoch. */
  startedAtMs: number
  by: Deployer | undefined
  /** `unfinished`: it was killed, or is under way. */
  outcome: 'done' | 'failed' | 'cancelled' | 'unfinished'
  /** Of one that ended by itself. */
  exitCode: number | undefined
  durationMs: number | undefined
}

/** The last tasks that people ran, newest first. The lock keeps them apart, so that the next end is that of the last start. */
export function readTaskHistory(journal: readonly JournalEntry[], limit: number): TaskAttempt[] {
  const attempts: TaskAttempt[] = []
  for (const entry of journal) {
    const { event, release, at: startedAtMs, task, by } = entry
    if (event === 'task.started') {
      const known = { task: String(task), release, startedAtMs, by: readDeployer(by) }
      attempts.push({ ...known, outcome: 'unfinished', exitCode: undefined, durationMs: undefined })
    }
    const last = attempts.at(-1)
    if (event === 'task.finished' && last !== undefined) Object.assign(last, endOf(entry))
  }
  return attempts.reverse().slice(0, limit)
}

function endOf({ outcome, exitCode, durationMs }: JournalEntry): Partial<TaskAttempt> {
  return {
    outcome: outcome === 'done' || outcome === 'cancelled' ? outcome : 'failed',
    exitCode: typeof exitCode === 'number' ? exitCode : undefined,
    durationMs: typeof durationMs === 'number' ? durationMs : undefined,
  }
}
