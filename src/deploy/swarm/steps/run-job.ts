import { DrayError } from '../../../errors/dray-error.ts'
import type { StepOf } from '../../model/plan.ts'
import { LOOK_EVERY_MS } from '../look-every.ts'
import { stackRequest, type StackStepRunner } from '../stack-execution.ts'

/** Lines of a task's output that are shown. */
const SHOWN_LINES = 1000
const ENDED = new Set(['complete', 'failed', 'rejected', 'shutdown', 'orphaned', 'remove'])

/**
 * Runs a task of the app once, as a job on the networks of the stack, and prints its output when it has ended: a node may be lost
 * while it runs. Throws TASK_FAILED with the end of its output.
 */
export const runJob: StackStepRunner<StepOf<'run-task'>> = async (step, context) => {
  const { execution, signal, progress, print } = context
  const { host, observation, done, clock } = execution
  const { cluster, stack } = host.swarm
  const job = `dray-task-${step.task.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`
  const find = async () =>
    (await cluster.services(observation.directory.app.project)).find(({ service }) => service === job)
  // One that a killed deploy left would be updated, and its output mixed up with this one's.
  const old = await find()
  if (old !== undefined) await cluster.removeService(old.id)
  await stack.startJob({
    ...stackRequest(execution, signal),
    orders: {},
    service: step.service,
    job,
    argv: step.argv,
  })
  const service = await find()
  if (service === undefined)
    throw new DrayError('TASK_FAILED', `Task ${step.task} was removed from the swarm before it ran.`)
  done.jobs.add(service.id)
  const untilMs = step.timeoutMs === undefined ? Infinity : clock.now() + step.timeoutMs
  try {
    for (;;) {
      signal.throwIfAborted()
      const [task] = await cluster.tasksOf(service.id)
      if (task?.hasContainer && !done.tasks.includes(step.task)) done.tasks.push(step.task)
      if (task !== undefined && ENDED.has(task.state)) {
        const lines = await cluster.logTail({ service: service.id }, SHOWN_LINES)
        for (const line of lines) print(line)
        if (task.state === 'complete') return undefined
        throw taskFailed(step, `${endOf(task)}.`, lines)
      }
      if (clock.now() >= untilMs) {
        const lines = await cluster.logTail({ service: service.id }, SHOWN_LINES)
        throw taskFailed(step, `did not end within ${Math.round((step.timeoutMs ?? 0) / 1000)} s.`, lines)
      }
      progress({ text: task?.error !== undefined && task.error !== '' ? task.error : (task?.state ?? 'new') })
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  } finally {
    await cluster.removeService(service.id)
    done.jobs.delete(service.id)
  }
}

function endOf({
  exitCode,
  error,
  state,
}: {
  exitCode: number | undefined
  error: string
  state: string
}): string {
  if (exitCode !== undefined && exitCode !== 0) return `exited with code ${exitCode}`
  return error === '' ? `ended as ${state}` : `did not run: ${error}`
}

function taskFailed(
  { task, argv, service }: StepOf<'run-task'>,
  what: string,
  lines: readonly string[],
): DrayError {
  return new DrayError('TASK_FAILED', `Task ${task} (\`${argv.join(' ')}\` in ${service}) ${what}`, {
    details: { logOf: `task ${task}`, logTail: lines.slice(-20) },
  })
}
