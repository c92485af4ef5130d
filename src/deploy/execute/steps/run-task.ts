import type { StepContext, StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'
import { runTaskOnce, taskFailed } from '../task-container.ts'
import { pullLostImages } from './images.ts'

type Step = StepOf<'run-task'>

/**
 * Runs a task of the app in a one-off container of the new image and prints its output. If a prune outside dray removed the
 * image, or the unstarted container and its image, the image is pulled again and the task then runs.
 */
export const runTask: StepRunner<Step> = async (step, context) => {
  const first = await runInNewContainer(step, context)
  const mayRunAgain = first.exitCode !== 0 && (await pullLostImages([step.service], context))
  const end = mayRunAgain ? await runInNewContainer(step, context) : first
  if (end.exitCode !== 0) throw taskFailed(step, end)
  return undefined
}

function runInNewContainer(
  step: Step,
  { run: { host, done }, execution: { clock, emit }, print, signal }: StepContext,
): ReturnType<typeof runTaskOnce> {
  return runTaskOnce(step, { compose: host.compose, tasks: done.tasks, clock, emit, print, signal })
}
