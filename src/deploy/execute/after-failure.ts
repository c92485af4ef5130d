import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Lock } from '../model/lock.ts'
import type { Execution, HostRun } from './execution.ts'
import { DeployFailed } from './failure.ts'
import { writeJournals } from './journal.ts'
import { describeBefore, observeServingNow } from './serving.ts'
import { undoDeploy } from './undo.ts'

/**
 * Undoes a failed deploy and returns the failure to throw. If the connection is lost or the release is recorded, nothing is
 * undone: the next run completes the deploy.
 */
export async function afterFailure(
  error: DrayError,
  execution: Execution,
  locks: readonly Lock[],
): Promise<DeployFailed> {
  const { clock, emit, plan } = execution
  const runs = [...execution.hosts.values()]
  const isRecorded = runs.some(({ done }) => done.recorded)
  if (!isRecorded)
    writeJournals(execution, { event: 'undo.started', code: error.code, reason: error.message })
  // The answers show that the locks are still held: this machine may have slept, and another deploy may have begun.
  await Promise.allSettled(locks.map((lock) => lock.settled()))
  if (locks.some((lock) => lock.lost.aborted)) return connectionLost(error, execution)
  if (isRecorded) return failedAfterRecord(error, execution)
  const touched = runs.some(hasRun)
  if (touched || runs.some(({ done }) => done.placed))
    emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  const { failure, ...undone } = await undoDeploy(execution, error)
  writeJournals(execution, {
    event: 'undo.finished',
    ...undone,
    ...(failure && { failure: failure.message }),
  })
  return new DeployFailed(failure ?? (touched ? afterTouching(error) : error), { undone, plan })
}

/** Whether part of the new release ran or served. Restored files leave no trace. */
function hasRun({ done }: HostRun): boolean {
  return done.switched || done.tasks.length > 0 || done.fresh.size > 0
}

/** A failed precondition during a deploy is a failure of the deploy: the server was changed. */
function afterTouching(cause: DrayError): DrayError {
  if (cause.exitCode !== EXIT.precondition) return cause
  const { code, message, hint, details } = cause
  return new DrayError(code, message, { hint, details, cause, exitCode: EXIT.failedOldServing })
}

/** Nothing on the host can be asked any more. */
function connectionLost(cause: DrayError, execution: Execution): DeployFailed {
  const switched = [...execution.hosts.values()].some((run) => run.done.switched)
  const error = new DrayError('LOCK_LOST', 'The connection to the server broke during the deploy.', { cause })
  const before = describeBefore(execution)
  const known =
    before === undefined
      ? 'Nothing was serving before the deploy'
      : `${before.name} ${before.verb === 'is' ? 'was' : 'were'} running before the deploy`
  const since = switched ? 'traffic was switched' : 'traffic was not switched'
  const undone = {
    undone: [],
    notUndone: ['any step that had started'],
    serving: `${known}, and ${since}. The current state could not be checked.`,
    servingRelease: undefined,
  }
  return new DeployFailed(error, { undone, plan: execution.plan })
}

async function failedAfterRecord(cause: DrayError, execution: Execution): Promise<DeployFailed> {
  const { code, message, hint, details } = cause
  const error = new DrayError(code, message, { hint, details, cause, exitCode: EXIT.needsPerson })
  const undone = {
    undone: [],
    // The last check of the URLs comes after their removal.
    notUndone: code === 'URL_CHECK_FAILED' ? [] : ['replaced containers may still be running'],
    ...(await observeServingNow(execution)),
  }
  return new DeployFailed(error, { undone, plan: execution.plan })
}
