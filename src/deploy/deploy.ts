import { DrayError } from '../errors/dray-error.ts'
import { EXIT } from '../errors/exit-code.ts'
import { executePlan, writeJournal } from './execute/execute-plan.ts'
import { probeTargetOf } from './model/entrance.ts'
import type { Execution, HostRun } from './execute/execution.ts'
import { DeployFailed, toDrayError } from './execute/failure.ts'
import { makePlan } from './plan/make-plan.ts'
import type { DesiredRelease } from './model/observation.ts'
import { inspectHost, observeHost, type Observed, type Site } from './plan/observe.ts'
import type { Plan } from './model/plan.ts'
import type { DirectoryObservation, Lock, TargetHost } from './model/ports.ts'
import { startProbing, type Probing } from './execute/probe.ts'
import { servingBefore, undoDeploy } from './execute/undo.ts'

export type DeployRequest = Omit<Execution, 'plan' | 'desired' | 'hosts'> & {
  hosts: readonly TargetHost[]
  /** What is to be put in place; asked again when the locks are held, if another deploy was at work meanwhile. */
  resolveDesired: (signal: AbortSignal) => Promise<DesiredState>
  probe: { everyMs: number; timeoutMs: number }
  /** Called under the locks with a plan that changes something, before it does. What it throws ends the deploy. */
  beforeChange?: (plan: Plan, signal: AbortSignal) => Promise<void>
  /** How long to wait for the lock of another deploy. */
  waitMs: number
}

/** What is to be there, and a site for each host of the request, in the same order. */
export type DesiredState = {
  desired: DesiredRelease
  sites: readonly Site[]
  /** Length of each host's journal when this was decided; absent where no host was asked for it. */
  journalBytes?: readonly number[]
}

/** What a deploy would do now. Takes no lock and changes nothing. Throws what observing and planning throw. */
export async function planDeploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  return (await observeAndPlan(await inspectAll(request, signal), signal)).plan
}

/**
 * A deploy from beginning to end: lock, observe, plan, execute, record. Gives the plan it carried out; one that is
 * `unchanged` had nothing to do. Throws DrayError while nothing is touched, and DeployFailed with what was undone after.
 */
export async function deploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  const locks: Lock[] = []
  try {
    const early = inspectEarly(request, signal)
    for (const host of request.hosts) locks.push(await lockHost(host, request, signal))
    const alive = AbortSignal.any([signal, ...locks.map((lock) => lock.lost)])
    const inspected = await early
    const isUsable = inspected !== undefined && isCurrent(inspected, locks)
    const planned = await observeAndPlan(isUsable ? inspected : await inspectAll(request, alive), alive)
    const { plan } = planned
    request.emit({ type: 'plan.made', at: request.clock.now(), plan })
    if (!plan.unchanged) {
      await request.beforeChange?.(plan, alive)
      await carryOut({ request, locks, ...planned }, alive)
    }
    return plan
  } finally {
    await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()))
  }
}

function lockHost(host: TargetHost, request: DeployRequest, signal: AbortSignal): Promise<Lock> {
  return host.lock({ ...request.deployer, sinceMs: request.clock.now() }, { waitMs: request.waitMs, signal })
}

/** What is wanted, and what the app's directories say, host by host. */
type Inspected = { wanted: DesiredState; facts: readonly DirectoryObservation[] }

async function inspectAll({ resolveDesired: want }: DeployRequest, signal: AbortSignal): Promise<Inspected> {
  const wanted = await want(signal)
  return { wanted, facts: await Promise.all(wanted.sites.map((site) => inspectHost(site, signal))) }
}

/** Reads the directories while the locks are still on their way: most deploys find nobody else there. */
async function inspectEarly(request: DeployRequest, signal: AbortSignal): Promise<Inspected | undefined> {
  // A refused lock counts more than what goes wrong here; with the lock, it goes wrong again or it was another deploy's doing.
  return inspectAll(request, signal).catch(() => undefined)
}

/** Whether no other deploy wrote its journal between what was read and the lock. */
function isCurrent({ wanted, facts }: Inspected, locks: readonly Lock[]): boolean {
  return locks.every(
    ({ journalBytes }, index) =>
      facts[index]?.journalBytes === journalBytes &&
      (wanted.journalBytes === undefined || wanted.journalBytes[index] === journalBytes),
  )
}

type Planned = { wanted: DesiredState; observed: readonly Observed[]; plan: Plan }

async function observeAndPlan({ wanted, facts }: Inspected, signal: AbortSignal): Promise<Planned> {
  const { desired, sites } = wanted
  const observed = await Promise.all(
    sites.flatMap((site, index) => {
      const seen = facts[index]
      return seen === undefined ? [] : [observeHost(site, { facts: seen, desired, signal })]
    }),
  )
  const plan = makePlan(
    observed.map((it) => it.observation),
    desired,
  )
  return { wanted, observed, plan }
}

type Prepared = Planned & { request: DeployRequest; locks: readonly Lock[] }

/** Executes the plan under the eyes of the probe; on failure undoes what was done. */
async function carryOut(prepared: Prepared, alive: AbortSignal): Promise<void> {
  const { request, wanted, plan } = prepared
  const execution: Execution = { ...request, desired: wanted.desired, plan, hosts: hostRuns(prepared) }
  const { clock, emit, deployer, desired } = execution
  journal(execution, {
    event: 'deploy.started',
    by: deployer,
    tag: desired.tag,
    environment: desired.environment,
    restores: desired.restores?.id,
    images: Object.fromEntries(
      plan.images.map(({ service, name, digest }) => [service, `${name}@${digest}`]),
    ),
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

function hostRuns({ wanted, observed, locks }: Prepared): Map<string, HostRun> {
  const runs = new Map<string, HostRun>()
  wanted.sites.forEach(({ host }, index) => {
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
  const target = probeTargetOf(first.observation.directory.app, execution.desired)
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
