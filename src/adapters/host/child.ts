import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { systemClock } from '../../shared/clock.ts'

/** A program started on this machine, with pipes on all three standard streams. */
export type Child = {
  process: ChildProcessWithoutNullStreams
  /**
   * Resolves when the program has ended and its output was read. A program that is not there has exit code 127, as a shell
   * says it; one that a signal ended has 128 and the signal's number, or 128.
   */
  ended: Promise<{ exitCode: number }>
  /** Ends it and what it started: SIGTERM to its process group, SIGKILL to what is left after two seconds. */
  end(): void
}

const graceMs = 2000
const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
}

/**
 * Starts a program in a process group of its own: Ctrl-C on the terminal then reaches us and not it, so that a cancelled
 * deploy can still talk to its hosts while it undoes what it did.
 */
export function startChild(program: string, args: readonly string[]): Child {
  const process = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  // A program that ends before it has read its input is judged by its exit code.
  process.stdin.on('error', () => undefined)

  const ended = new Promise<{ exitCode: number }>((resolve) => {
    process.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ exitCode: error.code === 'EACCES' ? 126 : 127 }),
    )
    process.once('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signalNumbers[signal ?? 'SIGHUP'] ?? 0) }),
    )
  })
  return { process, ended, end: () => void endGroup(process, ended) }
}

async function endGroup(child: ChildProcessWithoutNullStreams, ended: Promise<unknown>): Promise<void> {
  // Who else holds the pipes, as the master of ssh does, must not hold us up.
  const letGo = (): void => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    letGo()
    return
  }
  child.once('exit', letGo)
  sendToGroup(child.pid, 'SIGTERM')
  const patience = new AbortController()
  void ended.then(() => patience.abort())
  const tooLate = await systemClock.sleep(graceMs, patience.signal).then(
    () => true,
    () => false,
  )
  if (tooLate) sendToGroup(child.pid, 'SIGKILL')
}

/** Node signals a group through `process` alone, which is not ours to touch; every machine's shell can. */
function sendToGroup(processId: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  const argv = buildGroupSignal(processId, signal)
  spawn('sh', argv.slice(1), { stdio: 'ignore' }).on('error', () => undefined)
}

/** Arguments that send a signal to a process group; it is the shell's own `kill`, as not every server has the program. */
export function buildGroupSignal(processId: number, signal: 'SIGTERM' | 'SIGKILL'): string[] {
  return ['sh', '-c', `kill -s ${signal.slice('SIG'.length)} -- -${processId}`]
}
