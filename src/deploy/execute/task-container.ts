import { DrayError } from '../../errors/dray-error.ts'
import type { Compose } from '../model/ports.ts'

/** A task with the service that it runs in. */
export type TaskOfService = {
  name: string
  service: string
  argv: readonly string[]
  /** In milliseconds; no limit without it. */
  timeoutMs?: number | undefined
}

const TAIL_LINES = 20

/**
 * Runs a task in a one-off container to its end; the container is gone afterwards. `logTail` is the last of what it printed.
 * Throws TASK_TIMED_OUT, and what `Compose.runTask` throws.
 */
export async function runInContainer(
  task: TaskOfService,
  {
    compose,
    onLine,
    signal,
  }: {
    compose: Pick<Compose, 'runTask'>
    onLine: (line: string, stream: 'stdout' | 'stderr') => void
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
    throw new DrayError('TASK_TIMED_OUT', `Task ${name} took longer than ${timeoutMs / 1000} s.`, {
      cause: error,
      details: { logOf: `task ${name}`, logTail },
    })
  }
}
