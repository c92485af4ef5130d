import type { DrayError } from '../../errors/dray-error.ts'
import { serves } from '../model/container.ts'
import { isOut } from '../model/hooks.ts'
import type { Plan, StepOf } from '../model/plan.ts'
import { newestRelease, renderDeployAgain } from '../model/release.ts'
import type { Execution, HostRun } from './execution.ts'
import { toDrayError } from './failure.ts'
import { stepsOn } from './steps-on.ts'
import { runForHost } from './steps/run-host-hook.ts'
import { undoHost } from './undo.ts'

/** The undo of one host. */
export type HostUndone = {
  run: HostRun
  /** What was undone there, such as `files restored`. */
  actions: string[]
  /** Its hooks that failed. */
  failedHooks: DrayError[]
  /** What its hooks did: absent if none had to run, or the last one failed. */
  balancer?: 'joined' | 'left'
  /** Nothing serves there, and it may have stayed in the load balancer. */
  mayBeIn?: boolean
  /** Why it is not as before. */
  failure?: DrayError
  /** Why it may be out of the load balancer, although it is as before. */
  joinFailure?: DrayError
}

type HookStep = Pick<StepOf<'run-host-hook'>, 'moment' | 'argv' | 'timeoutMs'>

/**
 * Undoes one host. If it has hooks, it leaves the load balancer before its traffic switches back, and joins again at the end; a
 * host that cannot be undone stays out, and so does one that was out before and has had no turn. One on which nothing ran before
 * leaves if it has joined, and stays out, since nothing serves there: as before if it had left in an earlier deploy. Never rejects.
 */
export async function undoOutside(
  run: HostRun,
  execution: Execution,
  mayLeave: boolean,
): Promise<HostUndone> {
  const undone: HostUndone = { run, actions: [], failedHooks: [] }
  const hooks = stepsOn(execution.plan, run.host.name).filter((step) => step.kind === 'run-host-hook')
  const [leave, join] = (['leave', 'join'] as const).map((it) => hooks.find(({ moment }) => moment === it))
  const context = { run, execution, signal: new AbortController().signal, print: () => undefined }
  const runHook = async (hook: HookStep): Promise<boolean> => {
    try {
      await runForHost(hook, context)
      return true
    } catch (error) {
      undone.failedHooks.push(toDrayError(error))
      return false
    }
  }
  const { done } = run
  const isNewHost = isNew(run)
  const out = isNewHost ? newLeave(execution) : leave
  // A `join` that failed halfway may have brought it in.
  const isIn = isNewHost ? done.joins : isSwitched(run) && !done.isOut
  // If the hook fails, it may serve while it is undone, too: that is what the undo is made for.
  const hasLeft = out !== undefined && isIn && (isNewHost || mayLeave) && (await runHook(out))
  try {
    await undoHost(run, execution, undone.actions)
  } catch (error) {
    return { ...undone, failure: toDrayError(error) }
  }
  const mayBeIn = isIn && !hasLeft
  if (isNewHost) {
    done.isOut = isOut(run.observation, execution.desired) && !mayBeIn
    return { ...undone, mayBeIn, ...(hasLeft && { balancer: 'left' }) }
  }
  if (join === undefined) done.isOut = false
  else if (done.isOut && (done.leaves || done.joins)) {
    if (await runHook(join)) return { ...undone, balancer: 'joined' }
    return { ...undone, joinFailure: undone.failedHooks.at(-1) }
  }
  return undone
}

/** Nothing of the app served there before the deploy. */
export function isNew({ observation }: HostRun): boolean {
  return !observation.containers.some(serves)
}

/** Whether it serves the new release, or has nothing else. */
export function isSwitched({ done }: HostRun): boolean {
  return done.switched || done.recreated.size > 0
}

/** Hosts that are out of the load balancer, since this deploy or before, as far as the hooks show; each with the command that brings it back. */
export function listOut(runs: readonly HostRun[], { environment }: Pick<Plan, 'environment'>): string[] {
  return runs
    .filter(({ done }) => done.isOut)
    .map((run) => {
      const command = renderJoinAgain([run], environment)
      return `${run.host.name} is still out of the load balancer: its hook \`join\` has not succeeded since it left; ${command} runs it again`
    })
}

/** The command that runs the hook `join` of hosts again, and keeps their release. */
export function renderJoinAgain(runs: readonly HostRun[], environment: string): string {
  const releases = runs.flatMap(({ observation }) => observation.directory.releases)
  return renderDeployAgain(environment, newestRelease(releases) ?? {})
}

/** The hook that a host does not run that has nothing to leave. */
function newLeave({ desired }: Execution): HookStep | undefined {
  const hook = desired.hostHooks?.leave
  return hook && { moment: 'leave', ...hook }
}
