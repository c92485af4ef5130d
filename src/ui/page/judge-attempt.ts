import type { LockHolder } from '../../deploy/model/lock.ts'
import type { Attempt } from '../../deploy/releases/history.ts'

/** A deploy with a probe writes to its journal more often than this until it has ended. */
const SILENT_MS = 15_000

/**
 * Whether an attempt without an end is under way: a deploy holds the lock, not a task or a removal of the app, and not another
 * deploy; or the journal grew a moment ago. An attempt whose undoing has no end is not over either.
 *
 * `quietMs`: time since the journal grew. Times in the journal are no help: they are of the clock of the machine that deploys.
 */
export function isUnderWay(
  { release, outcome, undo, durationMs }: Pick<Attempt, 'release' | 'outcome' | 'undo' | 'durationMs'>,
  { lock, quietMs }: { lock: { holder?: LockHolder } | undefined; quietMs?: number | undefined },
): boolean {
  const isUndoing = outcome.kind === 'failed' && undo !== undefined && undo.endedAtMs === undefined
  if (durationMs !== undefined || !(outcome.kind === 'unfinished' || isUndoing)) return false
  if (quietMs !== undefined && quietMs < SILENT_MS) return true
  if (lock === undefined) return false
  const { holder } = lock
  if (holder === undefined) return true
  if (holder.task !== undefined || holder.removes === true) return false
  return holder.release === undefined || holder.release === release
}
