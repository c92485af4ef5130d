import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Plan } from '../model/plan.ts'
import type { Lock } from '../model/ports.ts'
import type { Execution, HostRun } from './execution.ts'
import { DeployFailed } from './failure.ts'
import { writeJournals } from './journal.ts'
import { servingBefore, undoDeploy } from './undo.ts'

/**
 * Undoes a failed deploy and gives the failure to throw. Nothing is undone when the connection is gone or the release is
 * recorded: the next run finds and finishes what is left.
 */
export async function afterFailure(
  error: DrayError,
  execution: Execution,
  locks: readonly Lock[],
): Promise<DeployFailed> {
  const { clock, emit, plan } = execution
  const runs = [...execution.hosts.values()]
  if (locks.some((lock) => lock.lost.aborted)) return connectionLost(error, execution)
  if (runs.some(({ done }) => done.recorded)) return failedAfterRecord(error, plan)
  const touched = runs.some(hasRun)
  if (touched || runs.some(({ done }) => done.placed))
    emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  writeJournals(execution, { event: 'undo.started', code: error.code, reason: error.message })
  const { failure, ...undone } = await undoDeploy(execution, error)
  writeJournals(execution, {
    event: 'undo.finished',
    ...undone,
    ...(failure && { failure: failure.message }),
  })
  return new DeployFailed(failure ?? (touched ? afterTouching(error) : error), { undone, plan })
}

/** Something of the new release ran or served. Files that were put back leave nothing behind. */
function hasRun({ done }: HostRun): boolean {
  return done.switched || done.tasks.length > 0 || done.fresh.size > 0
}

/** A failed precondition in the middle of a deploy is a failure: something was touched. */
function afterTouching(cause: DrayError): DrayError {
  if (cause.exitCode !== EXIT.precondition) return cause
  const { code, message, hint, details } = cause
  return new DrayError(code, message, { hint, details, cause, exitCode: EXIT.failedOldServing })
}

function connectionLost(cause: DrayError, execution: Execution): DeployFailed {
  const switched = [...execution.hosts.values()].some((run) => run.done.switched)
  const error = new DrayError(
    'LOCK_LOST',
    'The connection to the server broke in the middle of the deploy.',
    { cause },
  )
  const serving = switched
    ? { serving: 'The app serves, from the old or the new release.', servingRelease: undefined }
    : servingBefore(execution)
  const undone = { undone: [], notUndone: ['everything that was begun'], ...serving }
  return new DeployFailed(error, { undone, plan: execution.plan })
}

function failedAfterRecord(cause: DrayError, plan: Plan): DeployFailed {
  const { code, message, hint, details } = cause
  const error = new DrayError(code, message, { hint, details, cause, exitCode: EXIT.needsPerson })
  const undone = {
    undone: [],
    notUndone: ['what the new release replaced may still run beside it'],
    serving: `Release ${plan.release} is in place and serving.`,
    servingRelease: plan.release,
  }
  return new DeployFailed(error, { undone, plan })
}
