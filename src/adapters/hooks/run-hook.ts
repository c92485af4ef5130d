import type { Hook } from '../../deploy/model/hooks.ts'
import { CommandTimedOut } from '../../errors/command-timed-out.ts'
import { LocalRunner } from '../host/local-runner.ts'

/** `exitCode` is undefined if the hook exceeded its timeout and was stopped. */
export type HookEnd = { exitCode: number | undefined }

/**
 * Runs a hook on this machine to completion, with empty standard input. Its environment is dray's, plus `variables`.
 * Throws the signal's reason when it aborts; the hook and its child processes have exited by then.
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
    if (!(error instanceof CommandTimedOut) || signal.aborted) throw error
    return { exitCode: undefined }
  }
}
