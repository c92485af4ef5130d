import { DrayError } from '../../errors/dray-error.ts'
import { fewAtOnce } from '../../shared/few-at-once.ts'
import { someNames } from '../model/some-names.ts'
import type { Execution, HostRun } from './execution.ts'
import { observeServingAgain, type Serving } from './serving.ts'
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
    undoHost(run, execution, actions.get(run) ?? []).catch((error: unknown) => {
      failed.push({ host: run.host.name, error })
    })
  const isSwitched = ({ done }: HostRun): boolean => done.switched || done.recreated.size > 0
  await Promise.all(runs.filter((run) => !isSwitched(run)).map(undo))
  await fewAtOnce(execution.plan.rolling ?? 1, runs.filter(isSwitched).reverse(), undo)
  const undone = joinActions(actions)
  const notUndone = runs.flatMap(({ done }) => done.tasks.map((task) => `task ${task} has run`))
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
