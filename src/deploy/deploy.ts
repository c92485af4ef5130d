import { DrayError } from '../errors/dray-error.ts'
import { executePlan, writeJournal } from './execute-plan.ts'
import { probeTargetOf } from './entrance.ts'
import type { Execution, HostRun } from './execution.ts'
import { DeployFailed, toDrayError } from './failure.ts'
import { makePlan } from './make-plan.ts'
import { observeHost, type Observed, type ObserveRequest } from './observe.ts'
import type { Plan } from './plan.ts'
import type { Lock, TargetHost } from './ports.ts'
import { startProbing, type Probing } from './probe.ts'
import { servingNow, undoDeploy, type Undone } from './undo.ts'

export type DeployRequest = ObserveRequest &
  Omit<Execution, 'plan' | 'hosts'> & {
    hosts: readonly TargetHost[]
    probe: { everyMs: number; timeoutMs: number }
    /** How long to wait for the lock of another deploy. */
    waitMs: number
  }

/** What a deploy would do now. Takes no lock and changes nothing. Throws what observing and planning throw. */
export const planDeploy = async (request: DeployRequest, signal: AbortSignal): Promise<Plan> =>
  makePlan(
    (await observeAll(request, signal)).map((it) => it.observation),
    request.desired,
  )

/**
 * A deploy from beginning to end: lock, observe, plan, execute, record. Gives the plan it carried out; one that is
 * `unchanged` had nothing to do. Throws DrayError while nothing is touched, and DeployFailed with what was undone after.
 */
export const deploy = async (request: DeployRequest, signal: AbortSignal): Promise<Plan> => {
  const locks: Lock[] = []
  try {
    for (const host of request.hosts) locks.push(await lockHost(host, request, signal))
    const alive = AbortSignal.any([signal, ...locks.map((lock) => lock.lost)])
    const observed = await observeAll(request, alive)
    const plan = makePlan(
      observed.map((it) => it.observation),
      request.desired,
    )
    request.emit({ type: 'plan.made', at: request.clock.now(), plan })
    if (!plan.unchanged) await carryOut(plan, { request, observed, locks }, alive)
    return plan
  } finally {
    await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()))
  }
}

const lockHost = (host: TargetHost, request: DeployRequest, signal: AbortSignal): Promise<Lock> =>
  host.lock({ ...request.deployer, sinceMs: request.clock.now() }, { waitMs: request.waitMs, signal })

const observeAll = (request: DeployRequest, signal: AbortSignal): Promise<Observed[]> =>
  Promise.all(request.hosts.map((host) => observeHost(host, request, signal)))

type Prepared = { request: DeployRequest; observed: readonly Observed[]; locks: readonly Lock[] }

/** Executes the plan under the eyes of the probe; on failure undoes what was done. */
const carryOut = async (plan: Plan, prepared: Prepared, alive: AbortSignal): Promise<void> => {
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
    await Promise.all(prepared.locks.map((lock) => lock.settled()))
  }
}

/** Undoes a failed deploy, unless the connection is gone: then the next run finds out and finishes it. */
const afterFailure = async (
  error: DrayError,
  execution: Execution,
  locks: readonly Lock[],
): Promise<DeployFailed> => {
  const { clock, emit } = execution
  if (locks.some((lock) => lock.lost.aborted)) {
    const lost = new DrayError(
      'LOCK_LOST',
      'The connection to the server broke in the middle of the deploy.',
      {
        cause: error,
      },
    )
    return new DeployFailed(lost, {
      undone: [],
      notUndone: ['everything that was begun'],
      serving: whileLost(execution),
    })
  }
  emit({ type: 'undo.started', at: clock.now(), reason: error.message })
  journal(execution, { event: 'undo.started', code: error.code, reason: error.message })
  const undone: Undone = await undoDeploy(execution)
  journal(execution, { event: 'undo.finished', ...undone })
  return new DeployFailed(error, undone)
}

const whileLost = (execution: Execution): string => {
  const moved = [...execution.hosts.values()].some((run) => run.done.switched)
  return moved ? 'The app serves, from the old or the new release.' : servingNow(execution)
}

const hostRuns = ({ request, observed, locks }: Prepared): Map<string, HostRun> => {
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
      done: { placed: false, switched: false, fresh: new Map(), recreated: new Set(), tasks: [] },
    })
  })
  return runs
}

const startProbe = ({ request, observed }: Prepared, execution: Execution): Probing | undefined => {
  const [host] = request.hosts
  const [first] = observed
  if (host === undefined || first === undefined) return undefined
  const target = probeTargetOf(first.observation.facts.app, execution.desired)
  if (target === undefined) return undefined
  return startProbing({ prober: host.prober, url: target.url, clock: request.clock, ...request.probe })
}

const journal = (execution: Execution, entry: Parameters<typeof writeJournal>[2]): void => {
  for (const run of execution.hosts.values()) writeJournal(run, execution, entry)
}
