import type { LockHolder } from '../../deploy/model/lock.ts'
import { releaseNumber } from '../../deploy/model/release.ts'
import type { Attempt } from '../../deploy/releases/history.ts'
import type { ListedStep } from '../render/results/list-steps.ts'

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
  if (outcome.kind === 'unfinished' && outcome.isKilled === true) return false
  if (durationMs !== undefined || !(outcome.kind === 'unfinished' || isUndoing)) return false
  if (quietMs !== undefined && quietMs < SILENT_MS) return true
  if (lock === undefined) return false
  const { holder } = lock
  if (holder === undefined) return true
  if (holder.task !== undefined || holder.removes === true) return false
  return holder.release === undefined || holder.release === release
}

/** The state of a step as it is drawn: of an attempt that is not known to be under way, no step is running or still to come. */
export function judgeStep(
  state: ListedStep['state'],
  isAttemptRunning: boolean,
): ListedStep['state'] | 'not-ended' {
  if (isAttemptRunning) return state
  return state === 'running' ? 'not-ended' : state === 'waiting' ? 'skipped' : state
}

/** Of the last attempts of several hosts, those of the newest release: a host that was left out, or is lost, has an older one. */
export function newestAttempts<T extends Pick<Attempt, 'release'>>(attempts: readonly T[]): readonly T[] {
  const newest = Math.max(...attempts.map(({ release }) => releaseNumber(release)))
  return attempts.filter(({ release }) => releaseNumber(release) === newest)
}
