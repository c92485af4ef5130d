import type { DeployRequest } from '../deploy.ts'
import { toDrayError } from '../execute/failure.ts'
import { journalSamples } from '../execute/journal-samples.ts'
import { isReported, startProbing } from '../execute/probe.ts'
import { refuseSilentApp, refuseSilentUrls } from '../execute/refuse-silent.ts'
import { stepTitle } from '../execute/step-title.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { configuredProbe, isAccepted } from '../model/entrance.ts'
import type { DeployEvent } from '../model/events.ts'
import type { Lock } from '../model/lock.ts'
import type { Plan } from '../model/plan.ts'
import type { TargetHost } from '../model/ports.ts'
import { someNames } from '../model/some-names.ts'
import { changesOnHost } from '../releases/attempt-changes.ts'
import { executeStackPlan, writeStackJournal } from './execute-stack-plan.ts'
import { makeStackPlan } from './make-stack-plan.ts'
import { observeStack, type Manager, type ObservedStack } from './observe-stack.ts'
import { removeJobs } from './remove-jobs.ts'
import type { StackExecution } from './stack-execution.ts'
import { afterStackFailure } from './undo-stack.ts'

/** A deploy by Swarm. Its only host is a manager. */
export type StackRequest = DeployRequest & Pick<StackExecution, 'pullToken'>

/** Plans a deploy by Swarm. Takes no lock and changes nothing. Throws what observing and planning throw. */
export async function planStack(request: StackRequest, signal: AbortSignal): Promise<Plan> {
  return (await observeAndPlan(request, { signal, isDryRun: true })).plan
}

/**
 * A deploy by Docker Swarm from beginning to end: lock, observe, plan, execute, record. Swarm places and replaces the containers;
 * dray pulls before, watches, and compares. Gives the plan it carried out; one that is `unchanged` had nothing to do. Throws
 * DrayError while nothing is touched, and DeployFailed with what was undone after.
 */
export async function deployStack(request: StackRequest, signal: AbortSignal): Promise<Plan> {
  const { deployer, clock, waitMs } = request
  await using lock = await managerOf(firstOf(request.hosts)).lock(
    { ...deployer, sinceMs: clock.now() },
    { waitMs, signal },
  )
  const alive = AbortSignal.any([signal, lock.lost])
  const planned = await observeAndPlan(request, { signal: alive, isDryRun: false })
  const { plan, host, observation, desired } = planned
  const stopping = await removeJobs(host.swarm.cluster, observation.directory.app.project, clock)
  if (stopping.length > 0) request.emit(stillRuns(stopping, clock.now()))
  request.emit({ type: 'plan.made', at: clock.now(), plan })
  if (plan.unchanged)
    await refuseSilentApp(
      { state: { desired, sites: [{ host }] }, observed: [{ observation }] },
      request,
      alive,
    )
  else {
    await request.beforeChange?.(plan, alive)
    await carryOut(planned, { request, lock }, alive)
  }
  return plan
}

function stillRuns(nodes: readonly string[], at: number): DeployEvent {
  return {
    type: 'note',
    at,
    level: 'warning',
    text: `A container of a service that was removed from the stack still runs on ${someNames(nodes)}.`,
    hint: 'It may be a task of the app. `docker ps` on the node shows it.',
  }
}

type Planned = ObservedStack & {
  plan: Plan
  host: Manager
  desired: StackExecution['desired']
}

async function observeAndPlan(
  request: StackRequest,
  how: { signal: AbortSignal; isDryRun: boolean },
): Promise<Planned> {
  const { desired, sites } = await request.resolveDesired(how.signal)
  const site = firstOf(sites)
  const host = managerOf(site.host)
  const observed = await observeStack({ ...site, host }, desired, { ...how, clock: request.clock })
  const plan = makeStackPlan(observed.observation, desired, request.servicePatience)
  return { ...observed, plan, host, desired }
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new DrayError('INTERNAL', 'A deploy by Swarm has no manager.')
  return first
}

function managerOf(host: TargetHost): Manager {
  const { swarm } = host
  if (swarm === undefined) throw new DrayError('INTERNAL', `${host.name} was not connected as a manager.`)
  return { ...host, swarm }
}

/** Executes the plan while the app is probed; a failure is undone. */
async function carryOut(
  planned: Planned,
  { request, lock }: { request: StackRequest; lock: Lock },
  alive: AbortSignal,
): Promise<void> {
  const { deployer, pullToken, patience, clock, emit } = request
  const done = {
    placed: false,
    updated: false,
    recorded: false,
    tasks: [],
    answered: new Map(),
    pulled: new Map(),
  }
  const execution: StackExecution = { ...planned, deployer, pullToken, patience, clock, emit, lock, done }
  journalStart(execution)
  const journal = journalSamples(clock, (line) => writeStackJournal(execution, line))
  const onSample = (event: DeployEvent): void => {
    emit(event)
    journal(event)
  }
  const probing = probe({ ...execution, emit: onSample }, request.probe)
  let outcome: 'deployed' | 'failed' = 'failed'
  try {
    await executeStackPlan(execution, alive)
    const { host, patience } = execution
    await refuseSilentUrls({ clock, patience, hosts: new Map([[host.name, { host, done }]]) })
    outcome = 'deployed'
  } catch (error) {
    throw await afterStackFailure(toDrayError(error), execution)
  } finally {
    const report = await probing?.stop()
    if (report !== undefined) emit({ type: 'probe.finished', at: clock.now(), report })
    writeStackJournal(execution, { event: 'deploy.finished', outcome, probe: report })
    await lock.settled().catch((error: unknown) => {
      const { message, hint } = toDrayError(error)
      emit({ type: 'note', at: clock.now(), level: 'warning', text: message, hint })
    })
  }
}

/** Who deploys what, and the steps, as a deploy by Compose writes them. */
function journalStart(execution: StackExecution): void {
  const { plan, desired, deployer, observation } = execution
  writeStackJournal(execution, {
    event: 'deploy.started',
    by: deployer,
    project: observation.directory.app.project,
    tag: desired.tag,
    commit: desired.commit,
    environment: desired.environment,
    restores: desired.restores?.id,
    replaces: plan.replaces,
    images: Object.fromEntries(
      plan.images.map(({ service, name, digest }) => [service, `${name}@${digest}`]),
    ),
  })
  const steps = plan.steps.map((step) => ({ step: step.id, kind: step.kind, title: stepTitle(step) }))
  writeStackJournal(execution, { event: 'plan.made', steps })
  writeStackJournal(execution, { event: 'deploy.changes', changes: changesOnHost(plan, observation) })
}

/** Requests to the URL of the probe during the deploy; none without one. */
function probe({ desired, host, clock, emit, done }: StackExecution, times: StackRequest['probe']) {
  const target = configuredProbe(desired)
  if (target === undefined) return undefined
  return startProbing({
    prober: host.prober,
    target,
    ...times,
    clock,
    onSample: (answer, { requests, failures }) => {
      if (isAccepted(target, answer)) done.answered.set(target.url, target)
      if (isReported(requests, times.everyMs))
        emit({ type: 'probe.sampled', at: clock.now(), requests, failures })
    },
  })
}
