import { executePlan } from './execute/execute-plan.ts'
import { afterFailure } from './execute/after-failure.ts'
import { createHostRun, type Execution, type HostRun } from './execute/execution.ts'
import { toDrayError } from './execute/failure.ts'
import { writeJournal, writeJournals } from './execute/journal.ts'
import { journalSamples } from './execute/journal-samples.ts'
import { probeHosts } from './execute/probe-hosts.ts'
import { refuseSilentApp, refuseSilentUrls } from './execute/refuse-silent.ts'
import { stepTitle } from './execute/step-title.ts'
import { stepsOn } from './execute/steps-on.ts'
import type { DeployEvent } from './model/events.ts'
import type { Plan } from './model/plan.ts'
import type { TargetHost } from './model/ports.ts'
import { untilAborted } from './model/on-each-host.ts'
import { lockHosts, releaseAll } from './lock-hosts.ts'
import type { Lock } from './model/lock.ts'
import { changesOnHost } from './releases/attempt-changes.ts'
import {
  inspectAll,
  isCurrent,
  observeAndPlan,
  type Planned,
  type ResolveDesired,
} from './plan/observe-and-plan.ts'

export type DeployRequest = Omit<Execution, 'plan' | 'desired' | 'hosts'> & {
  hosts: readonly TargetHost[]
  resolveDesired: ResolveDesired
  probe: { everyMs: number; timeoutMs: number }
  /** Called under the locks with a plan that changes something, before it does. A throw ends the deploy. */
  beforeChange?: (plan: Plan, signal: AbortSignal) => Promise<void>
  /** How long to wait for the lock of another deploy. */
  waitMs: number
}

/** Plans a deploy. Takes no lock and changes nothing. Throws what observing and planning throw. */
export async function planDeploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  return (await observeAndPlan(await inspectAll(request.resolveDesired, { signal }), signal)).plan
}

/**
 * A deploy from beginning to end: lock, observe, plan, execute, record. Gives the plan it carried out; one that is
 * `unchanged` had nothing to do. Throws DrayError while nothing is touched, and DeployFailed with what was undone after;
 * in both cases URL_CHECK_FAILED if the app does not answer at the end.
 */
export async function deploy(request: DeployRequest, signal: AbortSignal): Promise<Plan> {
  // The directories are read while the locks are on their way: usually no other deploy is under way. A failure here is
  // ignored: it comes again under the locks, or was caused by that other deploy.
  const locking = lockHosts(request, signal)
  const locked = locking.then(() => undefined)
  // It rejects with `locking`, which is awaited below; nothing else may have waited for it.
  locked.catch(() => undefined)
  const early = inspectAll(request.resolveDesired, { signal, locked }).catch(() => undefined)
  const locks = await locking
  try {
    const alive = AbortSignal.any([signal, ...locks.map((lock) => lock.lost)])
    // A host that was lost since may answer never.
    const inspected = await Promise.race([early, untilAborted(alive).then(() => undefined)])
    const isUsable = inspected !== undefined && isCurrent(inspected, locks)
    const planned = await observeAndPlan(
      isUsable ? inspected : await inspectAll(request.resolveDesired, { signal: alive }),
      alive,
    )
    const { plan } = planned
    request.emit({ type: 'plan.made', at: request.clock.now(), plan })
    if (plan.unchanged) await refuseSilentApp(planned, request, alive)
    else {
      await request.beforeChange?.(plan, alive)
      await carryOut({ request, locks, ...planned }, alive)
    }
    return plan
  } finally {
    // The journal's last lines are on their way before the locks are released: one round trip for both.
    await releaseAll(locks)
    await reportJournals(request, locks)
  }
}

type Prepared = Planned & { request: DeployRequest; locks: readonly Lock[] }

/** Executes the plan while the app is probed; a failure is undone. */
async function carryOut(prepared: Prepared, alive: AbortSignal): Promise<void> {
  const { request, state, plan } = prepared
  const execution: Execution = { ...request, desired: state.desired, plan, hosts: makeHostRuns(prepared) }
  journalStart(execution)
  const [first] = execution.hosts.values()
  const journal = journalSamples(execution.clock, (line) => {
    if (first !== undefined) writeJournal(first, execution, line)
  })
  const emit = (event: DeployEvent): void => {
    execution.emit(event)
    journal(event)
  }
  const probing = probeHosts(request.probe, { ...execution, emit })
  let outcome: 'deployed' | 'failed' = 'failed'
  try {
    await executePlan(plan, execution, alive)
    // The probe continues meanwhile: while a URL is silent, its requests fail.
    await refuseSilentUrls(execution)
    outcome = 'deployed'
  } catch (error) {
    throw await afterFailure(toDrayError(error), execution)
  } finally {
    for (const { pins, gaps } of execution.hosts.values()) {
      pins.release()
      gaps.stop()
    }
    const report = await probing?.stop()
    if (report !== undefined) request.emit({ type: 'probe.finished', at: request.clock.now(), report })
    writeJournals(execution, { event: 'deploy.finished', outcome, probe: report })
  }
}

function makeHostRuns({ request: { clock }, state, observed, locks }: Prepared): Map<string, HostRun> {
  return new Map(
    state.sites.flatMap(({ host }, index): [string, HostRun][] => {
      const seen = observed[index]
      const lock = locks[index]
      if (seen === undefined || lock === undefined) return []
      const { observation, files } = seen
      return [[host.name, createHostRun({ host, observation, lock, files, clock, desired: state.desired })]]
    }),
  )
}

/** Who deploys what, and the steps of each host, so that others can follow. */
function journalStart(execution: Execution): void {
  const { deployer, desired, plan, hosts } = execution
  const [run] = hosts.values()
  writeJournals(execution, {
    event: 'deploy.started',
    by: deployer,
    project: run?.observation.directory.app.project,
    tag: desired.tag,
    commit: desired.commit,
    environment: desired.environment,
    restores: desired.restores?.id,
    replaces: plan.replaces,
    leftOut: desired.leftOut,
    joins: desired.joins,
    images: Object.fromEntries(
      plan.images.map(({ service, name, digest }) => [service, `${name}@${digest}`]),
    ),
  })
  for (const [host, hostRun] of hosts) {
    const steps = stepsOn(plan, host).map((step) => ({
      step: step.id,
      kind: step.kind,
      title: stepTitle(step),
    }))
    writeJournal(hostRun, execution, { event: 'plan.made', steps })
    const changes = changesOnHost(plan, hostRun.observation)
    // A line of its own: `dray history` reads no plans.
    writeJournal(hostRun, execution, { event: 'deploy.changes', changes })
  }
}

/** A journal that cannot be written does not change what was done: it is only reported. */
async function reportJournals(request: DeployRequest, locks: readonly Lock[]): Promise<void> {
  for (const settled of await Promise.allSettled(locks.map((lock) => lock.settled()))) {
    if (settled.status === 'fulfilled') continue
    const { message, hint } = toDrayError(settled.reason)
    request.emit({ type: 'note', at: request.clock.now(), level: 'warning', text: message, hint })
  }
}
