import { DrayError } from '../../../errors/dray-error.ts'
import type { Execution, StepContext, StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'
import { runInContainer } from '../task-container.ts'
import { pullLostImages } from './images.ts'

type Step = StepOf<'run-task'>

/**
 * Runs a task of the app in a one-off container of the new image and prints its output. If a prune outside dray removed the
 * image, or the unstarted container and its image, the image is pulled again and the task then runs.
 */
export const runTask: StepRunner<Step> = async (step, context) => {
  const first = await runInNewContainer(step, context)
  const mayRunAgain = first.exitCode !== 0 && (await pullLostImages([step.service], context))
  const { exitCode, logTail } = mayRunAgain ? await runInNewContainer(step, context) : first
  if (exitCode === 0) return undefined
  throw new DrayError(
    'TASK_FAILED',
    `Task ${step.task} (\`${step.argv.join(' ')}\` in ${step.service}) exited with code ${exitCode}.`,
    { details: { logOf: `task ${step.task}`, logTail } },
  )
}

async function runInNewContainer(
  step: Step,
  context: StepContext,
): Promise<{ exitCode: number; logTail: readonly string[] }> {
  const { run, print, signal } = context
  const ended = new AbortController()
  if (step.timeoutMs === undefined) void tellHowLong(step, context, ended.signal).catch(() => undefined)
  try {
    const onStarted = (): void => {
      if (!run.done.tasks.includes(step.task)) run.done.tasks.push(step.task)
    }
    const options = { compose: run.host.compose, onLine: print, onStarted, signal }
    return await runInContainer({ ...step, name: step.task }, options)
  } finally {
    ended.abort()
  }
}

/** Time after which a running task is reported, and again each time that it doubles. */
const LONG_MS = 5 * 60_000

/**
 * Warns that a task without a `timeout` is still running: it may hang, and it holds the lock. Only the user can decide to
 * stop it, since a migration may take an hour. Runs until `ended` aborts.
 */
export async function tellHowLong(
  { task }: Step,
  { execution: { clock, emit } }: { execution: Pick<Execution, 'clock' | 'emit'> },
  ended: AbortSignal,
): Promise<void> {
  let ranMs = 0
  for (let toldMs = LONG_MS; ; toldMs *= 2) {
    await clock.sleep(toldMs - ranMs, ended)
    ranMs = toldMs
    emit({
      type: 'note',
      at: clock.now(),
      level: 'warning',
      text: `Task ${task} has been running for ${ranMs / 60_000} min without a \`timeout\`. The deploy is waiting for it.`,
      hint: `Ctrl-C stops it and undoes the deploy. To stop it automatically, set \`timeout: 30m\` under \`tasks.${task}\` in dray.yml.`,
    })
  }
}
