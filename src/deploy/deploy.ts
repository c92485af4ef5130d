import { DrayError } from '../errors/dray-error.ts'
import { EXIT } from '../errors/exit-code.ts'
import { executePlan, writeJournal } from './execute-plan.ts'
import { probeTargetOf } from './entrance.ts'
import type { Execution, HostRun } from './execution.ts'
import { DeployFailed, toDrayError } from './failure.ts'
import { makePlan } from './make-plan.ts'
import { inspectHost, observeHost, type Observed, type ObserveRequest } from './observe.ts'
import type { Plan } from './plan.ts'
import type { DirectoryFacts, Lock, TargetHost } from './ports.ts'
import { startProbing, type Probing } from './probe.ts'
import { servingBefore, undoDeploy } from './undo.ts'

export type DeployRequest = ObserveRequest &
  Omit<Execution, 'plan' | 'hosts'> & {
    hosts: readonly TargetHost[]
    probe: { everyMs: number; timeoutMs: number }
    /** How long to wait for the lock of another deploy. */
    waitMs: number
  }

/** What a deploy would do now. Takes no lock and changes nothing. Throws what observing and planning throw. */
export async function planDeploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  const observed = await Promise.all(
    request.hosts.map(async (host) =>
      observeHost(host, await inspectHost(host, request, signal), { ...request, signal }),
    ),
  )
  return planFrom(observed, request)
}

/**
 * A deploy from beginning to end: lock, observe, plan, execute, record. Gives the plan it carried out; one that is
 * `unchanged` had nothing to do. Throws DrayError while nothing is touched, and DeployFailed with what was undone after.
 */
export async function deploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  const locks: Lock[] = []
  try {
    const inspections = request.hosts.map((host) => inspectEarly(host, request, signal))
    for (const host of request.hosts) locks.push(await lockHost(host, request, signal))
    const alive = AbortSignal.any([signal, ...locks.map((lock) => lock.lost)])
    const observed = await observeLocked({ request, locks, inspections }, alive)
    const plan = planFrom(observed, request)
    request.emit({ type: 'plan.made', at: request.clock.now(), plan })
    if (!plan.unchanged) await carryOut(plan, { request, observed, locks }, alive)
    return plan
  } finally {
    await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()))
  }
}

function lockHost(host: TargetHost, request: DeployRequest, signal: AbortSignal): Promise<Lock> {
  return host.lock({ ...request.deployer, sinceMs: request.clock.now() }, { waitMs: request.waitMs, signal })
}

/** Reads the directory while the lock is still on its way: most deploys find nobody else there. */
function inspectEarly(
  host: TargetHost,
  request: DeployRequest,
  signal: AbortSignal,
): Promise<DirectoryFacts> {
  const facts = inspectHost(host, request, signal)
  // When the lock is refused, that is what counts.
  facts.catch(() => undefined)
  return facts
}

/** What was read before the lock was held is read anew where another deploy has written its journal since. */
function observeLocked(
  early: {
    request: DeployRequest
    locks: readonly Lock[]
    inspections: readonly Promise<DirectoryFacts>[]
  },
  signal: AbortSignal,
): Promise<Observed[]> {
  const { request, locks, inspections } = early
  return Promise.all(
    request.hosts.map(async (host, index) => {
      const facts = await inspections[index]
      const isCurrent = facts !== undefined && facts.journalBytes === locks[index]?.journalBytes
      const current = isCurrent ? facts : await inspectHost(host, request, signal)
      return observeHost(host, current, { ...request, signal })
    }),
  )
}

function planFrom(observed: readonly Observed[], { desired }: DeployRequest): Plan {
  return makePlan(
    observed.map((it) => it.observation),
    desired,
  )
}

type Prepared = { request: DeployRequest; observed: readonly Observed[]; locks: readonly Lock[] }

/** Executes the plan under the eyes of the probe; on failure undoes what was done. */
async function carryOut(plan: Plan, prepared: Prepared, alive: AbortSignal): Promise<void> {
  const execution: Execution = { ...prepared.request, plan, hosts: hostRuns(prepared) }
  const { clock, emit, deployer, desired } = execution
  journal(execution, {
    event: 'deploy.started',
    by: deployer,
    tag: desired.tag,
    environment: desired.environment,
  })
  const probing = startProbe(prepared, execution)
  let outcome: 'deployed' | 'failed' = 'failed'
  try {
    await executePlan(plan, execution, alive)
    outcome = 'deployed'
  } catch (error) {
    throw await afterFailure(toDrayError(error), execution, prepared.locks)
  } finally {
    const report = await probing?.stop()
    if (report !== undefined) emit({ type: 'probe.finished', at: clock.now(), report })
    journal(execution, { event: 'deploy.finished', outcome, probe: report })
    await settleJournals(prepared)
  }
}

/** A journal that cannot be written makes no difference to what was done, so it is only told. */
async function settleJournals({ request, locks }: Prepared): Promise<void> {
  for (const settled of await Promise.allSettled(locks.map((lock) => lock.settled()))) {
    if (settled.status === 'fulfilled') continue
    const { message, hint } = toDrayError(settled.reason)
    request.emit({ type: 'note', at: request.clock.now(), level: 'warning', text: message, hint })
  }
}

/**
 * Undoes a failed deploy. Not when the connection is gone, or when the release is on record: then what is left is for the
 * next run, which finds out and finishes it.
 */
async function afterFailure(
  error: DrayError,
  execution: Execution,
  locks: readonly Lock[],
): Promise<DeployFailed> {
  const { clock, emit, plan } = execution
  if (locks.some((lock) => lock.lost.aborted)) return connectionLost(error, execution)
  if ([...execution.hosts.values()].some((run) => run.done.recorded)) return failedAfterRecord(error, plan)
  const runs = [...execution.hosts.values()]
  const touched = runs.some(hasRun)
  if (touched || runs.some(({ done }) => done.placed))
    emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  journal(execution, { event: 'undo.started', code: error.code, reason: error.message })
  const { failure, ...undone } = await undoDeploy(execution, error)
  journal(execution, { event: 'undo.finished', ...undone, ...(failure && { failure: failure.message }) })
  return new DeployFailed(failure ?? (touched ? afterTouching(error) : error), { undone, plan })
}

/** Something of the new release ran, or was served. Files that were put back leave nothing behind. */
function hasRun({ done }: HostRun): boolean {
  return done.switched || done.tasks.length > 0 || done.fresh.size > 0
}

/** What would be a precondition at the beginning is a failure in the middle: something was touched. */
function afterTouching(cause: DrayError): DrayError {
  if (cause.exitCode !== EXIT.precondition) return cause
  const { code, message, hint, details } = cause
  return new DrayError(code, message, { hint, details, cause, exitCode: EXIT.failedOldServing })
}

function connectionLost(cause: DrayError, execution: Execution): DeployFailed {
  const moved = [...execution.hosts.values()].some((run) => run.done.switched)
  const error = new DrayError(
    'LOCK_LOST',
    'The connection to the server broke in the middle of the deploy.',
    {
      cause,
    },
  )
  const serving = moved
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

function hostRuns({ request, observed, locks }: Prepared): Map<string, HostRun> {
  const runs = new Map<string, HostRun>()
  request.hosts.forEach((host, index) => {
    const seen = observed[index]
    const lock = locks[index]
    if (seen === undefined || lock === undefined) return
    runs.set(host.name, {
      host,
      observation: seen.observation,
      lock,
      files: seen.files,
      done: {
        placed: false,
        switched: false,
        drained: undefined,
        recorded: false,
        fresh: new Map(),
        recreated: new Set(),
        tasks: [],
      },
    })
  })
  return runs
}

function startProbe({ request, observed }: Prepared, execution: Execution): Probing | undefined {
  const [host] = request.hosts
  const [first] = observed
  if (host === undefined || first === undefined) return undefined
  const target = probeTargetOf(first.observation.facts.app, execution.desired)
  if (target === undefined) return undefined
  return startProbing({
    prober: host.prober,
    url: target.url,
    clock: request.clock,
    ...request.probe,
    onSample: ({ requests, failures }) => {
      if ((requests * request.probe.everyMs) % 1000 >= request.probe.everyMs) return
      request.emit({ type: 'probe.sampled', at: request.clock.now(), requests, failures })
    },
  })
}

function journal(execution: Execution, entry: Parameters<typeof writeJournal>[2]): void {
  for (const run of execution.hosts.values()) writeJournal(run, execution, entry)
}
