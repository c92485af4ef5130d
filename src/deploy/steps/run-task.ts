import { DrayError } from '../../errors/dray-error.ts'
import type { StepRunner } from '../execution.ts'
import type { StepOf } from '../plan.ts'

const TAIL_LINES = 20

/** Runs a task of the app in a one-off container of the new image, and shows what it prints. */
export const runTask: StepRunner<StepOf<'run-task'>> = async (step, { run, print, signal }) => {
  const tail: string[] = []
  run.done.tasks.push(step.task)
  const exitCode = await run.host.compose.runTask({
    service: step.service,
    argv: step.argv,
    signal,
    ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
    onLine: (line) => {
      print(line)
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
    },
  })
  if (exitCode === 0) return undefined
  throw new DrayError(
    'TASK_FAILED',
    `Task ${step.task} (\`${step.argv.join(' ')}\` in ${step.service}) ended with exit code ${exitCode}.`,
    { details: { logOf: `task ${step.task}`, logTail: tail } },
  )
}
