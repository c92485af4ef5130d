import { DrayError } from '../../errors/dray-error.ts'
import { fewAtOnce } from '../../shared/few-at-once.ts'
import type { Plan } from '../model/plan.ts'
import { someNames } from '../model/some-names.ts'
import type { Execution, HostRun } from './execution.ts'
import { findLost } from './find-lost.ts'
import { observeServingAgain, type Serving, type Undone } from './serving.ts'
import { isNew, isSwitched, listOut, renderJoinAgain, undoOutside, type HostUndone } from './undo-outside.ts'

/**
 * Undoes what a deploy that failed with `reason` did on all its hosts, so that the previous release serves again: first the
 * files, then recreated services, then traffic, and last the new containers. Hosts whose traffic was not switched are undone
 * side by side, and then the others, as many at a time as they were switched; new ones that have joined the load balancer are the
 * last, since they leave it for good. `lost`: hosts that cannot be undone. If a host fails, the undo stops there and
 * `failure` is UNDO_FAILED, as it is if what runs after the undo cannot be read, or a URL that answered before the deploy does not
 * answer; it is HOST_OUT if only a hook `join` failed. `gone`: the hosts that were lost meanwhile, whatever failed there. `failedHooks`: those of hosts. Never rejects.
 */
export async function undoDeploy(
  execution: Execution,
  reason: DrayError,
  lost: readonly HostRun[] = [],
): Promise<Undone & { failure?: DrayError; failedHooks: readonly DrayError[]; gone: readonly HostRun[] }> {
  const runs = [...execution.hosts.values()]
  const found: HostUndone[] = []
  const joinedNew = runs.filter((run) => isNew(run) && run.done.joins)
  const others = runs.filter((run) => !joinedNew.includes(run))
  const unswitched = others.filter((run) => !isSwitched(run))
  const switched = others.filter(isSwitched)
  const undo = async (run: HostRun): Promise<void> => {
    // While a host is out of the load balancer, or may be, no other one may leave it.
    const mayLeave =
      found.every(({ failure, joinFailure }) => (failure ?? joinFailure) === undefined) &&
      ![...lost, ...unswitched].some(({ done }) => done.isOut)
    found.push(await undoOutside(run, execution, mayLeave))
  }
  await Promise.all(unswitched.map(undo))
  await fewAtOnce(execution.plan.rolling ?? 1, switched.reverse(), undo)
  await Promise.all(joinedNew.map(undo))
  const hosts = runs.flatMap((run) => found.filter((it) => it.run === run))
  const known = {
    undone: [...joinActions(hosts), ...describeBalancer(hosts)],
    notUndone: [
      ...runs.flatMap(({ done }) => done.tasks.map((task) => `task ${task} has run`)),
      ...listOut(runs, execution.plan),
      ...hosts
        .filter(({ mayBeIn }) => mayBeIn)
        .map(({ run }) => `${run.host.name} may still be in the load balancer, and nothing serves there`),
    ],
    failedHooks: hosts.flatMap((it) => it.failedHooks),
  }
  const before = await findLost(runs)
  const failed = hosts.filter(({ run, failure }) => failure !== undefined && !before.includes(run))
  if (failed.length > 0) {
    const why = failed.map(({ run, failure }) => `on ${run.host.name}: ${failure?.message}`)
    const text = `Undoing the deploy also failed ${why.join('; ')}`
    const serving = servingUnknown(failed.map(({ run }) => run))
    return { ...known, ...serving, failure: undoFailed(reason, text), gone: before }
  }
  const { gone, lost: silent, unread, ...serving } = await observeReached(execution, before)
  const but = silent ?? unread
  const out = hosts.filter(({ joinFailure }) => joinFailure !== undefined)
  const failure = but
    ? undoFailed(reason, `It was undone, but ${but}.`)
    : out.length > 0 && hostOut(reason, out, execution.plan)
  return { ...known, ...serving, gone, ...(failure && { failure }) }
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

/** What was undone, each action once; with several hosts, where. */
function joinActions(hosts: readonly HostUndone[]): string[] {
  if (hosts.length === 1) return hosts.flatMap(({ actions }) => actions)
  const places = new Map<string, string[]>()
  for (const { run, actions } of hosts) {
    for (const text of actions) places.set(text, [...(places.get(text) ?? []), run.host.name])
  }
  return [...places].map(([text, names]) => `${text} on ${someNames(names)}`)
}

/** The hosts whose hooks ran in the undo. */
function describeBalancer(hosts: readonly HostUndone[]): string[] {
  return (['joined', 'left'] as const).flatMap((end) => {
    const names = hosts.filter(({ balancer }) => balancer === end).map(({ run }) => run.host.name)
    return names.length === 0 ? [] : `${someNames(names)} ${end} the load balancer again`
  })
}

function undoFailed(reason: DrayError, text: string): DrayError {
  return new DrayError('UNDO_FAILED', `${reason.message} ${text}`, { cause: reason, details: reason.details })
}

/** The hosts are as before, and may be out of the load balancer. */
function hostOut(reason: DrayError, out: readonly HostUndone[], { environment }: Plan): DrayError {
  const messages = [...new Set(out.map(({ joinFailure }) => joinFailure?.message ?? ''))]
  const others = messages.filter((it) => it !== reason.message)
  const text = [
    reason.message,
    ...(others.length < messages.length ? ['It failed in the undo, too.'] : []),
    ...others.map((it) => `In the undo, ${it.replace(/^The /, 'the ')}`),
    `${someNames(out.map(({ run }) => run.host.name))} may be out of the load balancer.`,
  ].join(' ')
  const command = renderJoinAgain(
    out.map(({ run }) => run),
    environment,
  )
  return new DrayError('HOST_OUT', text, {
    hint: `Correct what made the hook \`join\` fail, then run it again: ${command}`,
    cause: reason,
    details: reason.details,
  })
}

function servingUnknown(failed: readonly HostRun[]): Serving {
  return {
    serving: `Check what is serving on ${failed.map(({ host }) => host.name).join(', ')}. The undo stopped no old container.`,
    servingRelease: undefined,
  }
}
