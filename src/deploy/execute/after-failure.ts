import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Plan } from '../model/plan.ts'
import { someNames } from '../model/some-names.ts'
import type { Execution, HostRun } from './execution.ts'
import { DeployFailed } from './failure.ts'
import { findLost } from './find-lost.ts'
import { writeJournals } from './journal.ts'
import { describeBefore, observeServingNow, type Undone } from './serving.ts'
import { addHookLogs } from './hook-logs.ts'
import { undoDeploy, withoutHosts } from './undo-deploy.ts'
import { listOut } from './undo-outside.ts'

/**
 * Undoes a failed deploy and returns the failure to throw. If the release is recorded, or the connections to all hosts are lost,
 * nothing is undone: the next run completes the deploy. If some hosts are lost before that, the others go back, and the next run
 * brings all to the same release.
 */
export async function afterFailure(error: DrayError, execution: Execution): Promise<DeployFailed> {
  const { clock, emit, plan } = execution
  const runs = [...execution.hosts.values()]
  const isRecorded = runs.some(({ done }) => done.recorded)
  if (!isRecorded)
    writeJournals(execution, { event: 'undo.started', code: error.code, reason: error.message })
  const early = await findLost(runs)
  if (early.length === runs.length) return connectionLost(error, execution)
  const reached = withoutHosts(early, execution)
  if (isRecorded) return failedAfterRecord(error, { execution: reached, lost: namesOf(early) })
  const touched = runs.some(hasRun)
  if (touched || runs.some(({ done }) => done.placed))
    emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  const { failure, failedHooks, gone, ...undone } = await undoDeploy(reached, error, early)
  const lost = namesOf(runs.filter((run) => early.includes(run) || gone.includes(run)))
  writeJournals(withoutHosts(gone, reached), {
    event: 'undo.finished',
    ...undone,
    ...(lost.length > 0 && { lost }),
    ...(failure && { failure: failure.message }),
  })
  const notUndone = [
    ...undone.notUndone,
    ...listOut(early, plan),
    ...namesOf(early).map((host) => `what was done on ${host} before it was lost`),
    ...namesOf(gone).map((host) => `what was left to undo on ${host} when it was lost`),
  ]
  if (lost.length === runs.length) return connectionLost(error, execution, { ...undone, notUndone })
  const cause = addHookLogs(failure ?? error, failedHooks)
  if (lost.length > 0) return hostsLost(cause, { undone: { ...undone, notUndone }, lost, plan })
  return new DeployFailed(failure === undefined && touched ? afterTouching(cause) : cause, { undone, plan })
}

const namesOf = (runs: readonly HostRun[]): string[] => runs.map(({ host }) => host.name)

/** Some hosts went away before the release was recorded: the others were undone, and those may run a part of either release. */
function hostsLost(
  cause: DrayError,
  { undone, lost, plan }: { undone: Undone; lost: readonly string[]; plan: Plan },
): DeployFailed {
  const why = cause.code === 'LOCK_LOST' ? '' : ` ${cause.message}`
  const { details } = cause
  const error = new DrayError('HOST_LOST', `${describeLost(lost)} during the deploy.${why}`, {
    cause,
    details,
  })
  const facts: Undone = {
    undone: undone.undone,
    notUndone: undone.notUndone,
    serving: `On the other hosts: ${undone.serving} ${unknownOn(lost)}`,
    servingRelease: undefined,
  }
  return new DeployFailed(error, { undone: facts, plan })
}

function describeLost(hosts: readonly string[]): string {
  return `The connection to ${someNames(hosts)} broke`
}

function unknownOn(hosts: readonly string[]): string {
  return `The state of ${someNames(hosts)} is unknown.`
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

/** Nothing on the hosts can be asked any more. `undone`: what was undone before they were lost; absent if nothing was begun. */
function connectionLost(cause: DrayError, execution: Execution, undone?: Undone): DeployFailed {
  const switched = [...execution.hosts.values()].some((run) => run.done.switched)
  const error = new DrayError('LOCK_LOST', 'The connection to the server broke during the deploy.', { cause })
  const before = describeBefore(execution)
  const known =
    before === undefined
      ? 'Nothing was serving before the deploy'
      : `${before.name} ${before.verb === 'is' ? 'was' : 'were'} running before the deploy`
  const since = switched ? 'traffic was switched' : 'traffic was not switched'
  const facts: Undone = {
    undone: undone?.undone ?? [],
    notUndone: undone?.notUndone ?? [
      'any step that had started',
      ...listOut([...execution.hosts.values()], execution.plan),
    ],
    serving: `${known}${undone === undefined ? `, and ${since}` : ''}. The current state could not be checked.`,
    servingRelease: undefined,
  }
  return new DeployFailed(error, { undone: facts, plan: execution.plan })
}

async function failedAfterRecord(
  cause: DrayError,
  { execution, lost }: { execution: Execution; lost: readonly string[] },
): Promise<DeployFailed> {
  const { code, message, hint, details } = cause
  const isLost = lost.length > 0
  if (isLost) writeJournals(execution, { event: 'hosts.lost', code, reason: message, lost })
  const error = isLost
    ? new DrayError('HOST_LOST', `${describeLost(lost)} after the release was recorded.`, { cause, details })
    : new DrayError(code, message, { hint, details, cause, exitCode: EXIT.needsPerson })
  const unrecorded = [...execution.hosts.values()].filter(({ done }) => !done.recorded)
  const { serving, servingRelease } = await observeServingNow(execution)
  const undone = {
    undone: [],
    // The last check of the URLs comes after their removal.
    notUndone: code === 'URL_CHECK_FAILED' ? [] : ['replaced containers may still be running'],
    serving: [
      serving,
      unrecorded.length === 0
        ? []
        : `It is not recorded on ${someNames(unrecorded.map(({ host }) => host.name))}.`,
      isLost ? unknownOn(lost) : [],
    ]
      .flat()
      .join(' '),
    servingRelease: isLost ? undefined : servingRelease,
  }
  return new DeployFailed(error, { undone, plan: execution.plan })
}
