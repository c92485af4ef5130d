import { DrayError } from '../../../errors/dray-error.ts'
import type { StepContext, StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'
import { runInContainer } from '../task-container.ts'
import { pullLostImages } from './images.ts'

type Step = StepOf<'run-task'>

/**
 * Runs a task of the app in a one-off container of the new image, and shows what it prints. Where somebody's prune took the
 * image, or the container before it was started and the image with it, all is fetched again and the task runs then.
 */
export const runTask: StepRunner<Step> = async (step, context) => {
  context.run.done.tasks.push(step.task)
  const first = await runInNewContainer(step, context)
  const mayRunAgain = first.exitCode !== 0 && (await pullLostImages([step.service], context))
  const { exitCode, logTail } = mayRunAgain ? await runInNewContainer(step, context) : first
  if (exitCode === 0) return undefined
  throw new DrayError(
    'TASK_FAILED',
    `Task ${step.task} (\`${step.argv.join(' ')}\` in ${step.service}) ended with exit code ${exitCode}.`,
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
    const options = { compose: run.host.compose, onLine: print, signal }
    return await runInContainer({ ...step, name: step.task }, options)
  } finally {
    ended.abort()
  }
}

/** How long a task may take before that is told; and again after twice the time, and so on. */
const LONG_MS = 5 * 60_000

/**
 * Tells that a task without a `timeout` is still running: it may hang, and it holds the lock. To end it is for people to
 * decide: a migration may well take an hour. Goes on until `ended` aborts.
 */
async function tellHowLong(
  { task }: Step,
  { execution: { clock, emit } }: StepContext,
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
      text: `Task ${task} has run for ${ranMs / 60_000} min, and has no \`timeout\`: the deploy waits for it to end.`,
      hint: `Ctrl-C ends it and takes the deploy back. \`timeout: 30m\` under \`tasks.${task}\` in dray.yml would end it by itself.`,
    })
  }
}
