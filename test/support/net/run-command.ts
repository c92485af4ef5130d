import { constants } from 'node:os'
import { spawn } from 'node:child_process'

export type RunOptions = {
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** Written to the command's standard input, which is then closed. */
  input?: string
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Aborting it sends SIGTERM. */
  signal?: AbortSignal
  /** Sends SIGKILL after this time; 120 s unless told. */
  timeoutMs?: number
}

/** `exitCode` is 128 plus the signal's number when a signal ended it, as a shell would report. */
export type RunResult = { exitCode: number; stdout: string; stderr: string }

export type RunningCommand = { pid: number; kill(signal: NodeJS.Signals): void; done: Promise<RunResult> }

/**
 * Runs a command to its end, whatever its exit code.
 * @throws when it cannot be started
 */
export function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startCommand(argv, options).done
}

/**
 * Runs a command that must succeed.
 * @returns its standard output
 * @throws with what it printed when the exit code is not 0
 */
export async function mustRun(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await runCommand(argv, options)
  if (result.exitCode === 0) return result.stdout
  throw new Error(
    `${argv.join(' ').slice(0, 200)} ended with ${result.exitCode}: ${result.stderr}${result.stdout}`,
  )
}

/** Starts a command that the caller may signal. */
export function startCommand(argv: readonly string[], options: RunOptions = {}): RunningCommand {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    env: options.env ?? process.env,
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const kill = (signal: NodeJS.Signals) => void child.kill(signal)
  const abort = () => kill('SIGTERM')
  const timer = setTimeout(() => kill('SIGKILL'), options.timeoutMs ?? 120_000)
  options.signal?.addEventListener('abort', abort, { once: true })
  child.stdin.on('error', () => undefined) // It may end without reading: that is its right.
  child.stdin.end(options.input ?? '')

  const stdout = collect(child.stdout, (line) => options.onLine?.(line, 'stdout'))
  const stderr = collect(child.stderr, (line) => options.onLine?.(line, 'stderr'))
  const done = new Promise<RunResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({
        exitCode: code ?? (signal === null ? 1 : 128 + constants.signals[signal]),
        stdout: stdout(),
        stderr: stderr(),
      })
    })
  }).finally(() => {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abort)
  })
  return { pid: child.pid ?? 0, kill, done }
}

function collect(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => string {
  let all = ''
  let unfinished = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    all += chunk
    const lines = (unfinished + chunk).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (unfinished !== '') onLine(unfinished)
  })
  return () => all
}
