import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { askUrl } from '../execute/ask-url.ts'
import { DeployFailed, toDrayError } from '../execute/failure.ts'
import type { Serving } from '../execute/serving.ts'
import type { Undone } from '../execute/undo-deploy.ts'
import { describeAnswer } from '../model/entrance.ts'
import { newestRelease, releaseLabel } from '../model/release.ts'
import { writeStackJournal } from './execute-stack-plan.ts'
import { describeProgress, judgeService, type ServiceState } from './judge-tasks.ts'
import { LOOK_EVERY_MS } from './look-every.ts'
import { type StackExecution } from './stack-execution.ts'
import { lookAt } from './steps/await-tasks.ts'

/**
 * Undoes a failed deploy and returns the failure to throw. Every service gets the definition that it had, whatever the state of its
 * update: Swarm then stops the new tasks, and keeps those that still run the old definition. If the connection is lost or the
 * release is recorded, nothing is undone.
 */
export async function afterStackFailure(error: DrayError, execution: StackExecution): Promise<DeployFailed> {
  const { clock, emit, plan, done, lock } = execution
  if (!done.recorded)
    writeStackJournal(execution, { event: 'undo.started', code: error.code, reason: error.message })
  await lock.settled().catch(() => undefined)
  if (lock.lost.aborted) return connectionLost(error, execution)
  if (done.recorded) {
    const { code, message, hint, details } = error
    const told = new DrayError(code, message, { hint, details, cause: error, exitCode: EXIT.needsPerson })
    const serving = `Release ${plan.release} is current.`
    const undone = { undone: [], notUndone: [], serving, servingRelease: plan.release }
    return new DeployFailed(told, { undone, plan })
  }
  if (done.placed || done.updated) emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  const undone: string[] = []
  const notUndone = done.tasks.map((task) => `task ${task} has run`)
  try {
    await undoAll(execution, undone)
    const serving = await describeServing(execution)
    const { lost, ...rest } = serving
    writeStackJournal(execution, { event: 'undo.finished', undone, notUndone, ...rest })
    const told =
      lost === undefined ? afterTouching(error, execution) : undoFailed(error, `It was undone, but ${lost}.`)
    return new DeployFailed(told, { undone: { undone, notUndone, ...rest }, plan })
  } catch (reason) {
    const told = undoFailed(error, `Undoing the deploy also failed: ${toDrayError(reason).message}`)
    const serving = 'Check the stack: `docker stack ps` on the manager shows its tasks.'
    writeStackJournal(execution, { event: 'undo.finished', undone, notUndone, failure: told.message })
    return new DeployFailed(told, { undone: { undone, notUndone, serving, servingRelease: undefined }, plan })
  }
}

function undoFailed(reason: DrayError, text: string): DrayError {
  return new DrayError('UNDO_FAILED', `${reason.message} ${text}`, { cause: reason, details: reason.details })
}

/** A failed precondition after Swarm got the release is a failure of the deploy. */
function afterTouching(error: DrayError, { done }: StackExecution): DrayError {
  if (error.exitCode !== EXIT.precondition || (!done.updated && done.tasks.length === 0)) return error
  const { code, message, hint, details } = error
  return new DrayError(code, message, { hint, details, cause: error, exitCode: EXIT.failedOldServing })
}

async function undoAll(execution: StackExecution, undone: string[]): Promise<void> {
  const { host, done, observation } = execution
  const { cluster } = host.swarm
  for (const job of done.jobs) await cluster.removeService(job)
  if (done.placed) {
    await host.directory.restore()
    undone.push('files restored')
  }
  if (!done.updated) return
  const before = observation.services
  const now = await cluster.services(observation.directory.app.project)
  for (const was of before) {
    const is = now.find(({ id }) => id === was.id)
    if (is === undefined) {
      await cluster.recreateService(was.spec)
      undone.push(`${was.service} created again`)
    } else if (is.version !== was.version) {
      await cluster.restoreService(was.id, was.spec)
      if (is.taskHash !== was.taskHash || is.updateState !== was.updateState)
        undone.push(`${was.service} has its old definition again`)
    }
  }
  for (const it of now.filter(({ id }) => before.every((was) => was.id !== id))) {
    await cluster.removeService(it.id)
    undone.push(`${it.service} removed`)
  }
  await awaitOld(execution)
}

/** How long the old tasks may take to be as many as before. */
const RETURN_MS = 120_000

/** Waits until the tasks of before run. Throws STACK_STUCK. */
async function awaitOld(execution: StackExecution): Promise<void> {
  const { clock } = execution
  const untilMs = clock.now() + RETURN_MS
  for (;;) {
    const states = await oldStates(execution)
    const waiting = states.filter(({ state }) => state !== 'done')
    if (waiting.length === 0) return
    if (clock.now() >= untilMs)
      throw new DrayError('STACK_STUCK', `The old tasks do not all run: ${describeProgress(waiting)}.`)
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** Services that had running tasks before; those that were paused then may be as they were. */
async function oldStates(execution: StackExecution): Promise<ServiceState[]> {
  const view = await lookAt(execution)
  return execution.observation.services
    .filter(({ mode, updateState }) => mode !== 'job' && updateState !== 'paused')
    .map(({ service, image }) =>
      judgeService({ service, image, change: 'none', cause: '', limitMs: 0 }, view, Infinity),
    )
}

async function describeServing(execution: StackExecution): Promise<Serving> {
  const { observation, desired, host, clock, patience, done } = execution
  if (observation.services.length === 0)
    return { serving: 'Nothing is serving, as before.', servingRelease: undefined }
  const current = newestRelease(observation.directory.releases)
  const name =
    current === undefined
      ? 'The stack from before the deploy'
      : `Release ${releaseLabel(current.id, current.tag)}`
  if (typeof desired.probeUrl !== 'string')
    return { serving: `${name} is running, as before.`, servingRelease: current?.id }
  const entrance = { url: desired.probeUrl, below: 400 }
  const { answer, isGood } = await askUrl(entrance, {
    prober: host.prober,
    clock,
    forMs: patience.urlCheckMs,
  })
  if (isGood) return { serving: `${name} is serving, as before.`, servingRelease: current?.id }
  const said = `${entrance.url} ${describeAnswer(answer)}`
  return {
    serving: `${name} is running again, but ${said}.`,
    servingRelease: undefined,
    ...(done.answered.has(entrance.url) && { lost: said }),
  }
}

/** Swarm continues without dray: a service whose update fails is paused, and its old tasks serve. */
function connectionLost(cause: DrayError, { plan, host, done }: StackExecution): DeployFailed {
  const error = new DrayError('LOCK_LOST', `The connection to ${host.name} broke during the deploy.`, {
    cause,
  })
  const undone: Undone = {
    undone: [],
    notUndone: ['any step that had started'],
    serving: done.updated
      ? 'Swarm continues the update without dray, and keeps the old tasks of a service whose new ones fail.'
      : 'Swarm had not received the release: the one from before the deploy is running.',
    servingRelease: undefined,
  }
  return new DeployFailed(error, { undone, plan })
}
