import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program on this process's own standard streams and returns its exit code: 128 plus the signal's number if a
 * signal ended it, 127 if it does not exist. It stays in dray's process group, because only the terminal's foreground
 * group may read from it, and because the program handles Ctrl-C. SIGTERM when `signal` aborts.
 */
export function runAttached(program: string, args: readonly string[], signal?: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    const end = (): void => void child.kill('SIGTERM')
    const settle = (exitCode: number): void => {
      signal?.removeEventListener('abort', end)
      resolve(exitCode)
    }
    child.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'EACCES' ? 126 : 127))
    child.once('exit', (code, name) => settle(code ?? 128 + constants.signals[name ?? 'SIGHUP']))
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
  })
}
