import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program on this process's own standard streams, and gives its exit code; 128 and the signal's number when one
 * ended it, 127 when it is not there. It stays in our process group: only the terminal's foreground group may read from
 * it, and Ctrl-C is the program's to take. SIGTERM when `signal` aborts.
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
