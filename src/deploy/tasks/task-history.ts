import type { JournalEntry } from '../model/lock.ts'
import type { ArchiveContents } from '../releases/release-archive.ts'
import { readDeployer, type Deployer } from '../model/release.ts'

/** A task run by a user, read from the journal. */
export type TaskAttempt = {
  task: string
  /** The current release at that time. */
  release: string
  /** Milliseconds since the epoch. */
  startedAtMs: number
  by: Deployer | undefined
  /** `unfinished`: it was killed or is still running. */
  outcome: 'done' | 'failed' | 'cancelled' | 'unfinished'
  /** Of an unfinished one: it is not running, as the lock is free, or another command held it since. */
  isKilled?: true
  /** Absent unless it exited on its own. */
  exitCode: number | undefined
  durationMs: number | undefined
}

/** The last tasks run by users, newest first. The lock prevents overlaps, so the next end belongs to the last start. */
export function readTaskHistory(
  { journal, isLockFree = false }: Pick<ArchiveContents, 'journal' | 'isLockFree'>,
  limit: number,
): TaskAttempt[] {
  const attempts: TaskAttempt[] = []
  for (const entry of journal) {
    const { event, release, at: startedAtMs, task, by } = entry
    if (event === 'task.started' || event === 'deploy.started') markKilled(attempts.at(-1))
    if (event === 'task.started') {
      const known = { task: typeof task === 'string' ? task : '', release, startedAtMs, by: readDeployer(by) }
      attempts.push({ ...known, outcome: 'unfinished', exitCode: undefined, durationMs: undefined })
    }
    const last = attempts.at(-1)
    if (event === 'task.finished' && last !== undefined) Object.assign(last, endOf(entry))
  }
  if (isLockFree) markKilled(attempts.at(-1))
  return attempts.reverse().slice(0, limit)
}

function markKilled(last: TaskAttempt | undefined): void {
  if (last?.outcome === 'unfinished') last.isKilled = true
}

function endOf({ outcome, exitCode, durationMs }: JournalEntry): Partial<TaskAttempt> {
  return {
    outcome: outcome === 'done' || outcome === 'cancelled' ? outcome : 'failed',
    exitCode: typeof exitCode === 'number' ? exitCode : undefined,
    durationMs: typeof durationMs === 'number' ? durationMs : undefined,
  }
}
