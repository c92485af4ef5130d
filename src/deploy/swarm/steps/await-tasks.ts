import { DrayError, type ErrorOptions } from '../../../errors/dray-error.ts'
import { excerptLog } from '../../execute/log-excerpt.ts'
import type { StackChange, StepOf } from '../../model/plan.ts'
import { errorOf, reasonOf, taskOf } from '../describe-state.ts'
import { nodeName } from '../describe-task.ts'
import {
  describeProgress,
  judgeService,
  kindOfFailure,
  type ServiceState,
  type StackView,
} from '../judge-tasks.ts'
import { BEGIN_MS, LOOK_EVERY_MS } from '../look-every.ts'
import { StackProgress } from '../stack-progress.ts'
import { type StackExecution, type StackStepContext, type StackStepRunner } from '../stack-execution.ts'

const LOG_LINES = 60

/**
 * Watches every service until all its tasks run the release and have run for a while, except those that the deploy leaves down. Throws
 * STACK_PAUSED and STACK_ROLLED_BACK when Swarm gave up, STACK_NO_NODE, STACK_NETWORK and STACK_STUCK when nothing moved for the time
 * limit of a service, each with the log of the task.
 */
export const awaitTasks: StackStepRunner<StepOf<'await-tasks'>> = async (step, context) => {
  const { execution, signal, progress } = context
  const { clock, observation } = execution
  const awaited = step.services.filter(({ isLeftDown }) => isLeftDown !== true)
  const startedAtMs = clock.now()
  // A minute earlier: the manager's clock may differ, and tasks of an older definition do not count anyway.
  const sinceMs = startedAtMs - 60_000
  const moved = new StackProgress({ clock, sinceMs, watchMs: observation.directory.stack.watchMs })
  let quiet = false
  for (;;) {
    signal.throwIfAborted()
    const view = await lookAt(execution)
    const looks = awaited.map((wanted) => {
      const state = judgeService(wanted, view, sinceMs)
      return { wanted, state, ...moved.see(state, view.nodes) }
    })
    for (const { wanted, state, stillMs, isSettled } of looks) {
      await refuseFailed(state, wanted, { execution, view })
      if (!isSettled && stillMs > wanted.limitMs) throw await stuck(state, wanted, { execution, view })
    }
    const isDone = looks.every(({ isSettled }) => isSettled)
    // Old tasks may still answer. One that does not stop in time is not waited for.
    const isStopping = looks.some(
      ({ state, stillMs, wanted }) => state.stopping > 0 && stillMs <= wanted.limitMs,
    )
    const states = looks.map(({ state }) => state)
    // Twice in a row: the first may be the state before the update.
    if (isDone && !isStopping && quiet && clock.now() - startedAtMs >= BEGIN_MS) return resultOf(states)
    quiet = isDone
    progress({ text: describeProgress(states) || 'watching the new tasks' })
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/**
 * Waits until every task runs the release again: a service may have failed, or a node may be lost, since `awaitTasks`. Returns at once
 * if they run. Throws as `awaitTasks`.
 */
export async function awaitStanding(
  { services }: Pick<StepOf<'await-tasks'>, 'services'>,
  { execution, signal, progress }: StackStepContext,
): Promise<void> {
  const { clock } = execution
  const sinceMs = clock.now() - 60_000
  const awaited = services.filter(({ isLeftDown }) => isLeftDown !== true)
  const moved = new StackProgress({ clock, sinceMs })
  for (;;) {
    const view = await lookAt(execution)
    const looks = awaited.map((wanted) => ({ wanted, state: judgeService(wanted, view, sinceMs) }))
    for (const { wanted, state } of looks) {
      await refuseFailed(state, wanted, { execution, view })
      const { stillMs } = moved.see(state, view.nodes)
      if (state.state !== 'done' && stillMs > wanted.limitMs)
        throw await stuck(state, wanted, { execution, view })
    }
    const missing = looks.map(({ state }) => state).filter(({ state }) => state !== 'done')
    if (missing.length === 0) return
    progress({ text: describeProgress(missing) })
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

function resultOf(states: readonly ServiceState[]): string {
  const sum = (count: (state: ServiceState) => number) => states.reduce((all, it) => all + count(it), 0)
  const tasks = sum(({ good }) => good)
  const old = sum(({ stopping }) => stopping)
  const text = `${tasks} ${tasks === 1 ? 'task runs' : 'tasks run'} the release`
  return old === 0 ? text : `${text}, and ${old} old ${old === 1 ? 'one has' : 'ones have'} not stopped`
}

/** The services, tasks and nodes of the stack at this moment. */
export async function lookAt({ host, observation }: StackExecution): Promise<StackView> {
  const { cluster } = host.swarm
  const stack = observation.directory.app.project
  const [services, tasks, nodes] = await Promise.all([
    cluster.services(stack),
    cluster.tasks(stack),
    cluster.nodes(),
  ])
  return { services, tasks, nodes }
}

type Seen = { execution: StackExecution; view: StackView }

/** A network that was removed a moment before can be in the way of the first ones. */
const MOST_UNCONNECTED = 3

/** Throws if Swarm itself gave up, or tries again and again on a node that cannot connect a task. */
async function refuseFailed(state: ServiceState, wanted: StackChange, seen: Seen): Promise<void> {
  if (state.state === 'paused')
    throw await failure(
      {
        code: 'STACK_PAUSED',
        message: `Swarm paused the update of ${state.service}: ${reasonOf(state, seen.view.nodes)}.`,
      },
      state,
      seen,
    )
  if (state.state === 'rolled-back' && wanted.change !== 'none')
    throw await failure(
      {
        code: 'STACK_ROLLED_BACK',
        message: `Swarm rolled ${state.service} back: ${reasonOf(state, seen.view.nodes)}.`,
      },
      state,
      seen,
    )
  if (state.unconnected > MOST_UNCONNECTED && wanted.change !== 'none') throw await stuck(state, wanted, seen)
}

async function stuck(state: ServiceState, wanted: StackChange, seen: Seen): Promise<DrayError> {
  const { service, good, of } = state
  const limit = `${Math.round(wanted.limitMs / 1000)} s`
  const what =
    state.state === 'done'
      ? `Tasks of ${service} start and end again, for ${limit}`
      : `${good} of ${of} tasks of ${service} run the release, and for ${limit} no more did`
  const message = `${what}: ${reasonOf(state, seen.view.nodes)}.`
  const isPlaceless = state.of === 0 || kindOfFailure(errorOf(state)) === 'no-node'
  return failure({ code: isPlaceless ? 'STACK_NO_NODE' : 'STACK_STUCK', message }, state, seen)
}

type Code = 'STACK_PAUSED' | 'STACK_ROLLED_BACK' | 'STACK_NO_NODE' | 'STACK_STUCK'

/** With the log of the task that failed. If a node could not connect it to its network, the failure is that. */
async function failure(
  { code, message }: { code: Code; message: string },
  state: ServiceState,
  { execution, view }: Seen,
): Promise<DrayError> {
  const task = taskOf(state)
  const isNetwork = kindOfFailure(errorOf(state)) === 'network'
  const lines =
    task === undefined ? [] : await execution.host.swarm.cluster.logTail({ task: task.id }, LOG_LINES)
  const details: ErrorOptions =
    lines.length === 0 ? {} : { details: { logOf: state.service, logTail: excerptLog(lines) } }
  if (!isNetwork) return new DrayError(code, message, details)
  const node = nodeName(task?.nodeId, view.nodes) ?? 'of the task'
  return new DrayError(
    'STACK_NETWORK',
    `Node ${node} could not connect a task of ${state.service} to its overlay network: ${errorOf(state)}.`,
    {
      ...details,
      hint: `A known failure of Docker on node ${node}, and not of the release. \`docker node update --availability drain ${node}\`, restart Docker there, \`docker node update --availability active ${node}\`, and deploy again. The nodes need 4789/udp and 7946/tcp+udp open to each other.`,
    },
  )
}
