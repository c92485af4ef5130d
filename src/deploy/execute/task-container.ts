import { CommandTimedOut } from '../../errors/command-timed-out.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { EventSink } from '../model/events.ts'
import type { Compose } from '../model/compose.ts'
import type { StepOf } from '../model/plan.ts'

/** A task and the service it runs in. */
export type TaskOfService = {
  name: string
  service: string
  argv: readonly string[]
  /** Milliseconds; undefined for no limit. */
  timeoutMs?: number | undefined
}

const TAIL_LINES = 20

/**
 * Runs a task to completion in a one-off container, which is then removed. `logTail` is the end of its output.
 * Throws TASK_TIMED_OUT, and what `Compose.runTask` throws.
 */
export async function runInContainer(
  task: TaskOfService,
  {
    compose,
    onLine,
    onStarted,
    signal,
  }: {
    compose: Pick<Compose, 'runTask'>
    onLine: (line: string, stream: 'stdout' | 'stderr') => void
    /** Its container ran. */
    onStarted?: () => void
    signal: AbortSignal
  },
): Promise<{ exitCode: number; logTail: readonly string[] }> {
  const { name, service, argv, timeoutMs } = task
  const logTail: string[] = []
  try {
    const exitCode = await compose.runTask({
      service,
      argv,
      signal,
      ...(onStarted && { onStarted }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onLine: (line, stream) => {
        onLine(line, stream)
        logTail.push(line)
        if (logTail.length > TAIL_LINES) logTail.shift()
      },
    })
    return { exitCode, logTail }
  } catch (error) {
    if (!(error instanceof CommandTimedOut) || timeoutMs === undefined) throw error
    throw new DrayError('TASK_TIMED_OUT', `Task ${name} exceeded its timeout of ${timeoutMs / 1000} s.`, {
      cause: error,
      details: { logOf: `task ${name}`, logTail },
    })
  }
}

type Step = StepOf<'run-task'>

/**
 * Runs the task of a step, and notes it in `tasks` if it ran, or may have: also if it fails. A task without a timeout that takes long
 * is reported. Throws as `runInContainer`.
 */
export async function runTaskOnce(
  step: Step,
  {
    compose,
    tasks,
    clock,
    emit,
    print,
    signal,
  }: {
    compose: Pick<Compose, 'runTask'>
    tasks: string[]
    clock: Clock
    emit: EventSink
    print: (line: string) => void
    signal: AbortSignal
  },
): Promise<{ exitCode: number; logTail: readonly string[] }> {
  const ended = new AbortController()
  if (step.timeoutMs === undefined)
    void tellHowLong(step, { clock, emit }, ended.signal).catch(() => undefined)
  try {
    const onStarted = (): void => {
      if (!tasks.includes(step.task)) tasks.push(step.task)
    }
    return await runInContainer({ ...step, name: step.task }, { compose, onLine: print, onStarted, signal })
  } finally {
    ended.abort()
  }
}

/** The failure of a task that exited with another code than 0. */
export function taskFailed(
  { task, argv, service }: Step,
  { exitCode, logTail }: { exitCode: number; logTail: readonly string[] },
): DrayError {
  return new DrayError(
    'TASK_FAILED',
    `Task ${task} (\`${argv.join(' ')}\` in ${service}) exited with code ${exitCode}.`,
    { details: { logOf: `task ${task}`, logTail } },
  )
}

/** Time after which a running task is reported, and again each time that it doubles. */
const LONG_MS = 5 * 60_000

/**
 * Warns that a task without a `timeout` is still running: it may hang, and it holds the lock. Only the user can decide to
 * stop it, since a migration may take an hour. Runs until `ended` aborts.
 */
async function tellHowLong(
  { task }: Step,
  { clock, emit }: { clock: Clock; emit: EventSink },
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
