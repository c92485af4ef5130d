import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { Clock } from '../../shared/clock.ts'
import { DeployFailed, toDrayError } from '../execute/failure.ts'
import type { Undone } from '../execute/serving.ts'
import type { Cluster, StackService } from '../model/cluster.ts'
import { someNames } from '../model/some-names.ts'
import { writeStackJournal } from './execute-stack-plan.ts'
import { isOwnJob } from './jobs.ts'
import { describeProgress } from './judge-tasks.ts'
import { BEGIN_MS, LOOK_EVERY_MS } from './look-every.ts'
import { removeAndAwait, removeJobs } from './remove-jobs.ts'
import { removeUnused } from './remove-unused.ts'
import { describeServing, missingOf, statesNow } from './serving-stack.ts'
import { type StackExecution } from './stack-execution.ts'
import { StackProgress } from './stack-progress.ts'
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
    await undoAll(execution, { undone, notUndone })
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

/** What would have changed nothing is a failure of the deploy after Swarm got the release. */
function afterTouching(error: DrayError, { done }: StackExecution): DrayError {
  const hasChangedNothing = error.exitCode === EXIT.precondition || error.exitCode === EXIT.usage
  if (!hasChangedNothing || (!done.updated && done.tasks.length === 0)) return error
  const { code, message, hint, details } = error
  return new DrayError(code, message, { hint, details, cause: error, exitCode: EXIT.failedOldServing })
}

/** Undoes one thing; what it throws is kept, so that the others are undone as well. */
type Attempt = (undo: () => Promise<string | undefined>) => Promise<void>

/** Undoes everything that can be. Throws UNDO_FAILED with every failure, and STACK_STUCK. */
async function undoAll(
  execution: StackExecution,
  { undone, notUndone }: { undone: string[]; notUndone: string[] },
): Promise<void> {
  const { host, done, observation } = execution
  const failures: DrayError[] = []
  const attempt: Attempt = async (undo) => {
    try {
      const what = await undo()
      if (what !== undefined) undone.push(what)
    } catch (error) {
      failures.push(toDrayError(error))
    }
  }
  if (done.placed)
    await attempt(async () => {
      await host.directory.restore()
      return 'files restored'
    })
  await attempt(async () => {
    const { cluster } = host.swarm
    const nodes = await removeJobs(cluster, observation.directory.app.project, execution.clock)
    if (nodes.length > 0) notUndone.push(`a removed container on ${someNames(nodes)} still runs`)
    return undefined
  })
  if (done.updated)
    await attempt(async () => {
      await restoreServices(execution, attempt)
      return undefined
    })
  const [first] = failures
  if (first !== undefined)
    throw failures.length === 1
      ? first
      : new DrayError('UNDO_FAILED', failures.map(({ message }) => message).join(' '), { cause: first })
  if (done.updated) await awaitOld(execution)
  // Only what this deploy created: a service that is paused can still go back to older ones. Jobs have them, too; the next
  // deploy removes what remains.
  const before = new Set([...observation.there.config, ...observation.there.secret])
  await removeUnused(host.swarm.cluster, observation.directory.app.project, before).catch(() => undefined)
}

/**
 * Removes new services, gives each other one the definition that it had, and creates those again that were removed. In this order: a
 * port is with one service at a time.
 */
async function restoreServices(
  { host, observation, clock }: StackExecution,
  attempt: Attempt,
): Promise<void> {
  const { cluster } = host.swarm
  const stack = observation.directory.app.project
  const before = observation.services
  const all = await cluster.services(stack)
  const now = all.filter((it) => !isOwnJob(it))
  const gone = before.filter((was) => now.every(({ id }) => id !== was.id))
  const isTaken = (ports: readonly string[] = []): boolean =>
    gone.some((was) => was.ports?.some((port) => ports.includes(port)) === true)
  for (const it of now.filter(({ id }) => before.every((was) => was.id !== id)))
    await attempt(async () => {
      if (isTaken(it.ports)) await removeAndAwait([it], { cluster, stack, clock })
      else await cluster.removeService(it.id)
      return `${it.service} removed`
    })
  for (const was of before)
    await attempt(async () => {
      const is = now.find(({ id }) => id === was.id)
      if (is === undefined || is.version === was.version) return undefined
      await cluster.restoreService(was.id, was.spec)
      const hasChanged = is.taskHash !== was.taskHash || is.updateState !== was.updateState
      return hasChanged ? `${was.service} has its old definition again` : undefined
    })
  for (const was of gone)
    await attempt(async () => {
      await recreate(was, { cluster, clock })
      return `${was.service} created again`
    })
}

/** How long Swarm may take to give up a port of a service whose definition has it no longer. */
const PORT_MS = 30_000

/** Creates a service as it was. Its port may be free only in a moment. */
async function recreate(
  { spec }: StackService,
  { cluster, clock }: { cluster: Pick<Cluster, 'recreateService'>; clock: Clock },
): Promise<void> {
  const untilMs = clock.now() + PORT_MS
  for (;;) {
    try {
      await cluster.recreateService(spec)
      return
    } catch (error) {
      if (!/already in use/i.test(toDrayError(error).message) || clock.now() >= untilMs) throw error
    }
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** How long the number of old tasks may stay the same, at least. A service whose tasks need longer has its own limit. */
const RETURN_MS = 120_000

/** Waits until the tasks that ran before the deploy run again. Throws STACK_STUCK when nothing moved for too long. */
async function awaitOld(execution: StackExecution): Promise<void> {
  const { clock, observation, plan } = execution
  const planned = plan.steps.find((it) => it.kind === 'verify-stack')?.services ?? []
  const limits = new Map(planned.map(({ service, limitMs }) => [service, limitMs]))
  const startedAtMs = clock.now()
  const moved = new StackProgress({ clock, sinceMs: startedAtMs })
  let quiet = false
  for (;;) {
    const view = await lookAt(execution)
    const still = new Map(
      statesNow(observation, view).map((state) => [state.service, moved.see(state, view.nodes).stillMs]),
    )
    const missing = missingOf(observation, view)
    // Twice in a row: the first may be the state before the old definition is an update.
    if (missing.length === 0 && quiet && clock.now() - startedAtMs >= BEGIN_MS) return
    quiet = missing.length === 0
    const isStuck = missing.some(
      ({ service }) => (still.get(service) ?? 0) >= Math.max(RETURN_MS, limits.get(service) ?? 0),
    )
    if (isStuck)
      throw new DrayError('STACK_STUCK', `The old tasks do not all run: ${describeProgress(missing)}.`)
    await clock.sleep(LOOK_EVERY_MS)
  }
}

/** Swarm continues without dray: a service whose update fails is paused, and its old tasks serve. */
function connectionLost(cause: DrayError, { plan, host, done }: StackExecution): DeployFailed {
  if (done.recorded) {
    const serving = `Release ${plan.release} is current. The running tasks could not be checked.`
    const message = `The connection to ${host.name} broke after the release was recorded.`
    const undone = { undone: [], notUndone: [], serving, servingRelease: plan.release }
    return new DeployFailed(new DrayError('LOCK_LOST', message, { cause }), { undone, plan })
  }
  const error = new DrayError('LOCK_LOST', `The connection to ${host.name} broke during the deploy.`, {
    cause,
  })
  const freed = plan.steps.flatMap((it) => (it.kind === 'remove-services' && it.frees ? it.services : []))
  const removed =
    freed.length === 0 ? '' : ` ${someNames(freed)}, removed for their ports, may be missing: deploy again.`
  const undone: Undone = {
    undone: [],
    notUndone: ['any step that had started'],
    serving: done.updated
      ? `Swarm continues the update without dray, and keeps the old tasks of a service whose new ones fail. The running tasks could not be checked.${removed}`
      : 'Swarm had not received the release. The running tasks could not be checked.',
    servingRelease: undefined,
  }
  return new DeployFailed(error, { undone, plan })
}
