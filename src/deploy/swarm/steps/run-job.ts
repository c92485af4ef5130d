import { DrayError } from '../../../errors/dray-error.ts'
import { tellHowLong } from '../../execute/steps/run-task.ts'
import type { ClusterNode, StackTask } from '../../model/cluster.ts'
import type { StepOf } from '../../model/plan.ts'
import { taskJobName } from '../jobs.ts'
import { kindOfFailure } from '../judge-tasks.ts'
import { LOOK_EVERY_MS } from '../look-every.ts'
import { stackRequest, type StackStepContext, type StackStepRunner } from '../stack-execution.ts'

type Step = StepOf<'run-task'>

/** Lines of a task's output that are shown. */
const SHOWN_LINES = 1000
const ENDED = new Set(['complete', 'failed', 'rejected', 'shutdown', 'orphaned', 'remove'])
/** The task was not given to a node yet. */
const UNPLACED = new Set(['new', 'pending'])
/** Swarm calls a node down at times that comes back, and looks for another place for a while. */
const PLACE_MS = 60_000

/**
 * Runs a task of the app once, as a job on the networks of the stack, and prints its output when it has ended: a node may be lost
 * while it runs. From the moment that Swarm gets the job, the task counts as run, unless it was seen not to. Throws TASK_FAILED and
 * TASK_TIMED_OUT with the end of its output, and STACK_NO_NODE if no node can run it.
 */
export const runJob: StackStepRunner<Step> = async (step, context) => {
  const { execution, signal } = context
  const { host, observation, done } = execution
  const { cluster, stack } = host.swarm
  const project = observation.directory.app.project
  const job = taskJobName(project, step.task)
  const find = async () => (await cluster.services(project)).find(({ service }) => service === job)
  const remove = async (): Promise<void> => {
    const found = await find()
    if (found !== undefined) await cluster.removeService(found.id)
  }
  // One that a killed deploy left would be updated, and its output mixed up with this one's.
  await remove()
  if (!done.tasks.includes(step.task)) done.tasks.push(step.task)
  const ended = new AbortController()
  let isStarted = false
  if (step.timeoutMs === undefined) void tellHowLong(step, context, ended.signal).catch(() => undefined)
  try {
    await stack.startJob({
      ...stackRequest(execution, signal),
      orders: {},
      service: step.service,
      job,
      argv: step.argv,
    })
    isStarted = true
    const service = await find()
    if (service === undefined)
      throw new DrayError('TASK_FAILED', `Task ${step.task} was removed from the swarm before it ran.`)
    await awaitEnd(service.id, step, context)
    return undefined
  } finally {
    ended.abort()
    // A cancelled start may still be under way on the manager.
    const isKnown = isStarted || !signal.aborted
    if (isKnown && (await wasNotRun(find, context))) done.tasks = done.tasks.filter((it) => it !== step.task)
    // What remains is removed by the undo, and by the next deploy.
    await remove().catch(() => undefined)
  }
}

/** Waits until the job has ended, and prints its output. Throws as `runJob`. */
async function awaitEnd(id: string, step: Step, context: StackStepContext): Promise<void> {
  const { execution, signal, progress, print } = context
  const { host, clock } = execution
  const { cluster } = host.swarm
  const startedAtMs = clock.now()
  const { timeoutMs = Infinity } = step
  let troubledAtMs: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const [tasks, nodes] = await Promise.all([cluster.tasksOf(id), cluster.nodes()])
    const task = newest(tasks)
    if (task !== undefined && ENDED.has(task.state)) {
      const lines = await cluster.logTail({ service: id }, SHOWN_LINES)
      for (const line of lines) print(line)
      if (task.state === 'complete') return
      throw taskFailed(step, `${endOf(task)}.`, lines)
    }
    if (clock.now() - startedAtMs >= timeoutMs) {
      const lines = await cluster.logTail({ service: id }, SHOWN_LINES)
      const text = `${subjectOf(step)} exceeded its timeout of ${timeoutMs / 1000} s.`
      throw new DrayError('TASK_TIMED_OUT', text, withLog(step, lines))
    }
    const trouble = troubleOf(step, task, nodes)
    troubledAtMs = trouble === undefined ? undefined : (troubledAtMs ?? clock.now())
    if (trouble !== undefined && clock.now() - (troubledAtMs ?? 0) >= PLACE_MS) throw trouble
    progress({ text: task?.error !== undefined && task.error !== '' ? task.error : (task?.state ?? 'new') })
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

function newest(tasks: readonly StackTask[]): StackTask | undefined {
  return [...tasks].sort((a, b) => b.createdAtMs - a.createdAtMs)[0]
}

/** Why the task may never end; undefined if it may. */
function troubleOf(
  step: Step,
  task: StackTask | undefined,
  nodes: readonly ClusterNode[],
): DrayError | undefined {
  if (task !== undefined && UNPLACED.has(task.state) && kindOfFailure(task.error) === 'no-node')
    return new DrayError('STACK_NO_NODE', `No node can run ${subjectOf(step)}: ${task.error}.`)
  const node = nodes.find(({ id }) => id === task?.nodeId)
  if (node?.state !== 'down') return undefined
  return taskFailed(step, `was on node ${node.name}, which is down: whether it ended is not known.`, [])
}

/** Whether Swarm certainly ran nothing of it: it has no job, or no node has created its container, and none can. */
async function wasNotRun(
  find: () => Promise<{ id: string } | undefined>,
  { execution: { host } }: StackStepContext,
): Promise<boolean> {
  try {
    const service = await find()
    if (service === undefined) return true
    const tasks = await host.swarm.cluster.tasksOf(service.id)
    return tasks.length > 0 && tasks.every(hasNotRun)
  } catch {
    return false
  }
}

function hasNotRun({ hasContainer, state, error }: StackTask): boolean {
  if (hasContainer) return false
  return state === 'rejected' || (UNPLACED.has(state) && kindOfFailure(error) === 'no-node')
}

function endOf({ exitCode, error, state }: StackTask): string {
  if (exitCode !== undefined && exitCode !== 0) return `exited with code ${exitCode}`
  return error === '' ? `ended as ${state}` : `did not run: ${error}`
}

function subjectOf({ task, argv, service }: Step): string {
  return `Task ${task} (\`${argv.join(' ')}\` in ${service})`
}

function taskFailed(step: Step, what: string, lines: readonly string[]): DrayError {
  return new DrayError('TASK_FAILED', `${subjectOf(step)} ${what}`, withLog(step, lines))
}

function withLog({ task }: Step, lines: readonly string[]) {
  return lines.length === 0 ? {} : { details: { logOf: `task ${task}`, logTail: lines.slice(-20) } }
}
