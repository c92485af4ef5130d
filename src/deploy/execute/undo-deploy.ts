import { DrayError } from '../../errors/dray-error.ts'
import { fewAtOnce } from '../../shared/few-at-once.ts'
import { serves } from '../model/container.ts'
import { isOut } from '../model/hooks.ts'
import { someNames } from '../model/some-names.ts'
import type { Execution, HostRun } from './execution.ts'
import { findLost } from './find-lost.ts'
import { observeServingAgain, type Serving } from './serving.ts'
import type { Plan, StepOf } from '../model/plan.ts'
import { newestRelease, renderDeployAgain } from '../model/release.ts'
import { stepsOn } from './steps-on.ts'
import { runForHost } from './steps/run-host-hook.ts'
import { undoHost } from './undo.ts'

export type Undone = Omit<Serving, 'lost' | 'unread'> & {
  undone: readonly string[]
  notUndone: readonly string[]
}

/**
 * Undoes what a deploy that failed with `reason` did on all its hosts, so that the previous release serves again: first the
 * files, then recreated services, then traffic, and last the new containers. Hosts whose traffic was not switched are undone
 * side by side, and then the others, as many at a time as they were switched; new ones that have joined the load balancer are the
 * last, since they leave it for good. `lost`: hosts that cannot be undone. If a host fails, the undo stops there and
 * `failure` is UNDO_FAILED, as it is if what runs after the undo cannot be read, or a URL that answered before the deploy does not
 * answer. `gone`: the hosts that were lost meanwhile, whatever failed there. Never rejects.
 */
export async function undoDeploy(
  execution: Execution,
  reason: DrayError,
  lost: readonly HostRun[] = [],
): Promise<Undone & { failure?: DrayError; gone: readonly HostRun[] }> {
  const runs = [...execution.hosts.values()]
  const actions = new Map(runs.map((run): [HostRun, string[]] => [run, []]))
  const failures: { run: HostRun; error: unknown }[] = []
  const inBalancer: string[] = []
  const isSwitched = ({ done }: HostRun): boolean => done.switched || done.recreated.size > 0
  const joinedNew = runs.filter((run) => isNew(run) && run.done.joins)
  const others = runs.filter((run) => !joinedNew.includes(run))
  const unswitched = others.filter((run) => !isSwitched(run))
  const undo = async (run: HostRun): Promise<void> => {
    try {
      // While a host is out of the load balancer, or may be, no other one may leave it.
      const mayLeave = failures.length === 0 && ![...lost, ...unswitched].some(({ done }) => done.isOut)
      const stays = await undoOutside(run, execution, { mayLeave, undone: actions.get(run) ?? [] })
      if (stays !== undefined) inBalancer.push(stays)
    } catch (error) {
      failures.push({ run, error })
    }
  }
  await Promise.all(unswitched.map(undo))
  await fewAtOnce(execution.plan.rolling ?? 1, others.filter(isSwitched).reverse(), undo)
  await Promise.all(joinedNew.map(undo))
  const undone = joinActions(actions)
  const notUndone = [
    ...runs.flatMap(({ done }) => done.tasks.map((task) => `task ${task} has run`)),
    ...listOut(runs, execution.plan),
    ...inBalancer,
  ]
  const before = await findLost(runs)
  const failed = failures.filter(({ run }) => !before.includes(run))
  if (failed.length > 0) {
    const why = failed.map(({ run, error }) => `on ${run.host.name}: ${describe(error)}`)
    const text = `Undoing the deploy also failed ${why.join('; ')}`
    const serving = servingUnknown(failed.map(({ run }) => run))
    return { undone, notUndone, ...serving, failure: undoFailed(reason, text), gone: before }
  }
  const { gone, lost: silent, unread, ...serving } = await observeReached(execution, before)
  const but = silent ?? unread
  const failure = but && undoFailed(reason, `It was undone, but ${but}.`)
  return { undone, notUndone, ...serving, gone, ...(failure && { failure }) }
}

/** What serves on the hosts that are not lost; without those that are lost while they are asked. */
async function observeReached(
  execution: Execution,
  gone: readonly HostRun[],
): Promise<Serving & { gone: readonly HostRun[] }> {
  const reached = withoutHosts(gone, execution)
  const serving = await observeServingAgain(reached)
  if (serving.unread === undefined) return { ...serving, gone }
  const more = await findLost([...reached.hosts.values()])
  return more.length === 0 ? { ...serving, gone } : observeReached(execution, [...gone, ...more])
}

export function withoutHosts(runs: readonly HostRun[], execution: Execution): Execution {
  return { ...execution, hosts: new Map([...execution.hosts].filter(([, run]) => !runs.includes(run))) }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Hosts that are out of the load balancer, since this deploy or before, as far as the hooks show; each with the command that brings it back. */
export function listOut(runs: readonly HostRun[], { environment }: Pick<Plan, 'environment'>): string[] {
  return runs
    .filter(({ done }) => done.isOut)
    .map(({ host, observation }) => {
      const command = renderDeployAgain(environment, newestRelease(observation.directory.releases) ?? {})
      return `${host.name} is still out of the load balancer: its hook \`join\` has not succeeded since it left; ${command} runs it again`
    })
}

/**
 * Undoes one host. If it has hooks, it leaves the load balancer before its traffic switches back, and joins again at the end; a
 * host that cannot be undone stays out, and so does one that was out before and has had no turn. One on which nothing ran before
 * leaves if it has joined, and stays out, since nothing serves there: as before if it had left in an earlier deploy. Returns a
 * sentence if it may have stayed in.
 */
async function undoOutside(
  run: HostRun,
  execution: Execution,
  { mayLeave, undone }: { mayLeave: boolean; undone: string[] },
): Promise<string | undefined> {
  const hooks = stepsOn(execution.plan, run.host.name).filter(
    (step): step is StepOf<'run-host-hook'> => step.kind === 'run-host-hook',
  )
  const context = { run, execution, signal: new AbortController().signal, print: () => undefined }
  const [leave, join] = (['leave', 'join'] as const).map((it) => hooks.find(({ moment }) => moment === it))
  const { done } = run
  const isNewHost = isNew(run)
  const out = isNewHost ? newLeave(execution) : leave
  const isSwitched = done.switched || done.recreated.size > 0
  // A `join` that failed halfway may have brought it in.
  const isIn = isNewHost ? done.joins : isSwitched && !done.isOut
  let hasLeft = false
  if (out !== undefined && isIn && (isNewHost || mayLeave)) {
    // It may serve while it is undone, too: that is what the undo is made for.
    hasLeft = await runForHost(out, context).then(
      () => true,
      () => false,
    )
  }
  await undoHost(run, execution, undone)
  const mayBeIn = isIn && !hasLeft
  if (isNewHost) done.isOut = isOut(run.observation, execution.desired) && !mayBeIn
  else if (join === undefined) done.isOut = false
  else if (done.isOut && (done.leaves || done.joins)) await runForHost(join, context)
  if (!isNewHost || !mayBeIn) return undefined
  return `${run.host.name} may still be in the load balancer, and nothing serves there`
}

/** Nothing of the app served there before the deploy. */
function isNew({ observation }: HostRun): boolean {
  return !observation.containers.some(serves)
}

/** The hook that a host does not run that has nothing to leave. */
function newLeave({
  desired,
}: Execution): Pick<StepOf<'run-host-hook'>, 'moment' | 'argv' | 'timeoutMs'> | undefined {
  const hook = desired.hostHooks?.leave
  return hook && { moment: 'leave', ...hook }
}

/** What was undone, each action once; with several hosts, where. */
function joinActions(actions: ReadonlyMap<HostRun, readonly string[]>): string[] {
  if (actions.size === 1) return [...actions.values()].flat()
  const places = new Map<string, string[]>()
  for (const [{ host }, texts] of actions) {
    for (const text of texts) places.set(text, [...(places.get(text) ?? []), host.name])
  }
  return [...places].map(([text, hosts]) => `${text} on ${someNames(hosts)}`)
}

function undoFailed(reason: DrayError, text: string): DrayError {
  return new DrayError('UNDO_FAILED', `${reason.message} ${text}`, { cause: reason, details: reason.details })
}

function servingUnknown(failed: readonly HostRun[]): Serving {
  return {
    serving: `Check what is serving on ${failed.map(({ host }) => host.name).join(', ')}. The undo stopped no old container.`,
    servingRelease: undefined,
  }
}
