import { spawn } from 'node:child_process'
import { withTimeout } from '../../shared/with-timeout.ts'

/**
 * Starts a program of the user's own desktop, which outlives dray: it gets no signal of the terminal, has no stream of dray's, and
 * does not keep the process. False if it is missing, or has failed within `patienceMs`; true otherwise. Never rejects.
 */
export function startDetached(
  program: string,
  args: readonly string[],
  patienceMs: number,
): Promise<boolean> {
  const child = spawn(program, args, { detached: true, stdio: 'ignore' })
  child.unref()
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (exitCode) => resolve(exitCode === 0))
  })
  return withTimeout(ended, patienceMs, true)
}
