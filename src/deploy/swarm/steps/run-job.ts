import { runTaskOnce, taskFailed } from '../../execute/task-container.ts'
import type { StepOf } from '../../model/plan.ts'
import { createJobRunner } from '../job-runner.ts'
import { stackRequest, type StackStepRunner } from '../stack-execution.ts'

/**
 * Runs a task of the app once, as a job on the networks of the stack, and prints its output. Throws TASK_FAILED and TASK_TIMED_OUT with
 * the end of its output, and what `createJobRunner` says.
 */
export const runJob: StackStepRunner<StepOf<'run-task'>> = async (step, context) => {
  const { execution, signal, progress, print } = context
  const { host, clock, emit, done } = execution
  const { stack, files } = stackRequest(execution, signal)
  const compose = createJobRunner({
    swarm: host.swarm,
    task: step.task,
    stack: { stack, files },
    clock,
    onState: (text) => progress({ text }),
  })
  const end = await runTaskOnce(step, { compose, tasks: done.tasks, clock, emit, print, signal })
  if (end.exitCode !== 0) throw taskFailed(step, end)
  return undefined
}
