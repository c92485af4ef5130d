import type { Hook } from '../../deploy/model/hooks.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { LocalRunner } from '../host/local-runner.ts'

/** `exitCode` is undefined of one that took longer than it may, and was ended. */
export type HookEnd = { exitCode: number | undefined }

/**
 * Runs a hook on this machine to its end, with nothing on its standard input. It has the environment of dray, and
 * `variables`. Throws the signal's reason when it aborts; the hook and what it started have ended by then.
 */
export async function runHook(
  { argv, timeoutMs }: Hook,
  options: {
    directory: string
    variables: Readonly<Record<string, string>>
    onLine: (line: string) => void
    signal: AbortSignal
  },
): Promise<HookEnd> {
  const { directory: cwd, variables: env, onLine, signal } = options
  await using runner = new LocalRunner()
  try {
    const { exitCode } = await runner.run(argv, { cwd, env, onLine, signal, timeoutMs })
    return { exitCode }
  } catch (error) {
    const isOverTime = error instanceof DrayError && error.code === 'HOST_COMMAND_FAILED'
    if (!isOverTime || signal.aborted) throw error
    return { exitCode: undefined }
  }
}
