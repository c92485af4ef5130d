import { DrayError } from '../../errors/dray-error.ts'
import { fewAtOnce } from '../../shared/few-at-once.ts'
import { someNames } from '../model/some-names.ts'
import type { Execution, HostRun } from './execution.ts'
import { observeServingAgain, type Serving } from './serving.ts'
import type { StepOf } from '../model/plan.ts'
import { runForHost } from './steps/run-host-hook.ts'
import { undoHost } from './undo.ts'

export type Undone = Omit<Serving, 'lost'> & {
  undone: readonly string[]
  notUndone: readonly string[]
}

/**
 * Undoes what a deploy that failed with `reason` did on all its hosts, so that the previous release serves again: first the
 * files, then recreated services, then traffic, and last the new containers. Hosts whose traffic was not switched are undone
 * side by side, and then the others, as many at a time as they were switched. If a host fails, the undo stops there and
 * `failure` is UNDO_FAILED, as it is if a URL that answered before the deploy does not answer after the undo.
 */
export async function undoDeploy(
  execution: Execution,
  reason: DrayError,
): Promise<Undone & { failure?: DrayError }> {
  const runs = [...execution.hosts.values()]
  const actions = new Map(runs.map((run): [HostRun, string[]] => [run, []]))
  const failed: { host: string; error: unknown }[] = []
  const undo = (run: HostRun): Promise<void> =>
    undoOutside(run, execution, actions.get(run) ?? []).catch((error: unknown) => {
      failed.push({ host: run.host.name, error })
    })
  const isSwitched = ({ done }: HostRun): boolean => done.switched || done.recreated.size > 0
  await Promise.all(runs.filter((run) => !isSwitched(run)).map(undo))
  await fewAtOnce(execution.plan.rolling ?? 1, runs.filter(isSwitched).reverse(), undo)
  const undone = joinActions(actions)
  const notUndone = [
    ...runs.flatMap(({ done }) => done.tasks.map((task) => `task ${task} has run`)),
    ...listOut(runs),
  ]
  if (failed.length > 0) {
    const why = failed.map(
      ({ host, error }) => `on ${host}: ${error instanceof Error ? error.message : String(error)}`,
    )
    const text = `Undoing the deploy also failed ${why.join('; ')}`
    return { undone, notUndone, ...servingUnknown(failed), failure: undoFailed(reason, text) }
  }
  const { lost, ...serving } = await observeServingAgain(execution)
  const failure = lost && undoFailed(reason, `It was undone, but ${lost}.`)
  return { undone, notUndone, ...serving, ...(failure && { failure }) }
}

/** Hosts that are still out of the load balancer, as far as the hooks show. */
export function listOut(runs: readonly HostRun[]): string[] {
  return runs
    .filter(({ done }) => done.isOut)
    .map(({ host }) => `${host.name} is out of the load balancer: its hook \`join\` did not succeed`)
}

/**
 * Undoes one host. If it has hooks, it leaves the load balancer before its traffic switches back, and joins again at the end; a
 * host that cannot be undone stays out.
 */
async function undoOutside(run: HostRun, execution: Execution, undone: string[]): Promise<void> {
  const hooks = execution.plan.steps.filter(
    (step): step is StepOf<'run-host-hook'> => step.kind === 'run-host-hook' && step.host === run.host.name,
  )
  const context = { run, execution, signal: new AbortController().signal, print: () => undefined }
  const [leave, join] = (['leave', 'join'] as const).map((it) => hooks.find(({ moment }) => moment === it))
  const isSwitched = run.done.switched || run.done.recreated.size > 0
  if (leave !== undefined && isSwitched && !run.done.isOut) {
    // It may serve while it is undone, too: that is what the undo is made for.
    await runForHost(leave, context).catch(() => undefined)
  }
  await undoHost(run, execution, undone)
  if (!run.done.isOut) return
  if (join === undefined) run.done.isOut = false
  else await runForHost(join, context)
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

function servingUnknown(failed: readonly { host: string }[]): Serving {
  return {
    serving: `Check what is serving on ${failed.map(({ host }) => host).join(', ')}. The undo stopped no old container.`,
    servingRelease: undefined,
  }
}
