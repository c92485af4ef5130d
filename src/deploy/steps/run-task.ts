import { DrayError } from '../../errors/dray-error.ts'
import type { StepRunner } from '../execution.ts'
import type { StepOf } from '../plan.ts'
import { runInContainer } from '../task-container.ts'
import { pullLostImages } from './images.ts'

/** Runs a task of the app in a one-off container of the new image, and shows what it prints. */
export const runTask: StepRunner<StepOf<'run-task'>> = async (step, context) => {
  const { run, print, signal } = context
  await pullLostImages([step.service], context)
  run.done.tasks.push(step.task)
  const { exitCode, logTail } = await runInContainer(
    { ...step, name: step.task },
    { compose: run.host.compose, onLine: print, signal },
  )
  if (exitCode === 0) return undefined
  throw new DrayError(
    'TASK_FAILED',
    `Task ${step.task} (\`${step.argv.join(' ')}\` in ${step.service}) ended with exit code ${exitCode}.`,
    { details: { logOf: `task ${step.task}`, logTail } },
  )
}
