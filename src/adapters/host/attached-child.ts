import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { readMachineLimit } from '../../errors/machine-limit.ts'
import type { AttachOptions } from './command-runner.ts'
import { splitLines } from './line-splitter.ts'

/** A longer line is cut. */
const LONGEST = 1024 ** 2

/**
 * Runs a program on this process's own standard streams and returns its exit code: 128 plus the signal's number if a
 * signal ended it, 127 if it does not exist. It stays in dray's process group, because only the terminal's foreground
 * group may read from it, and because the program handles Ctrl-C. SIGTERM when `signal` aborts. Throws OPEN_FILE_LIMIT and
 * PROCESS_LIMIT.
 */
export function runAttached(
  program: string,
  args: readonly string[],
  { signal, onLines = {} }: Pick<AttachOptions, 'signal' | 'onLines'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { stdout, stderr } = onLines
    const child = spawn(program, args, {
      stdio: ['inherit', stdout ? 'pipe' : 'inherit', stderr ? 'pipe' : 'inherit'],
    })
    const passed = Promise.all([passLines(child.stdout, stdout), passLines(child.stderr, stderr)])
    passed.catch(reject)
    const end = (): void => void child.kill('SIGTERM')
    const settle = (exitCode: number): void => {
      signal?.removeEventListener('abort', end)
      void passed.then(() => resolve(exitCode), reject)
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      const refusal = readMachineLimit(error)
      if (refusal) reject(refusal)
      else settle(error.code === 'EACCES' ? 126 : 127)
    })
    child.once('exit', (code, name) => settle(code ?? 128 + constants.signals[name ?? 'SIGHUP']))
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
  })
}

async function passLines(
  stream: Readable | null | undefined,
  take: ((lines: readonly string[]) => Promise<void>) | undefined,
): Promise<void> {
  // Without file descriptors Node makes no pipes.
  if (!stream || take === undefined) return
  let lines: string[] = []
  const splitter = splitLines((line) => lines.push(line), { longest: LONGEST })
  for await (const chunk of stream) {
    splitter.push(chunk as Buffer)
    await take(lines)
    lines = []
  }
  splitter.end()
  await take(lines)
}
