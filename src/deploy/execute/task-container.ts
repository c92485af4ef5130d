import { DrayError } from '../../errors/dray-error.ts'
import type { Compose } from '../model/compose.ts'

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
    const isOverTime = error instanceof DrayError && error.code === 'HOST_COMMAND_FAILED'
    if (!isOverTime || timeoutMs === undefined) throw error
    throw new DrayError('TASK_TIMED_OUT', `Task ${name} exceeded its timeout of ${timeoutMs / 1000} s.`, {
      cause: error,
      details: { logOf: `task ${name}`, logTail },
    })
  }
}
