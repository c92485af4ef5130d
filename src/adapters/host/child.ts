import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileLimitReached } from '../../errors/open-file-limit.ts'
import { systemClock } from '../../shared/clock.ts'

/** A program started on this machine, with pipes on all three standard streams. */
export type Child = {
  process: ChildProcessWithoutNullStreams
  /**
   * Resolves when the program has exited and its output was read. As in a shell, the exit code is 127 for a missing
   * program, and 128 plus the signal's number, or 128, after a signal.
   */
  ended: Promise<{ exitCode: number }>
  /** Ends it and its child processes: SIGTERM to its process group, SIGKILL to the rest after two seconds. */
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
 * Starts a program in its own process group. Ctrl-C on the terminal then reaches dray but not the program, so that a
 * cancelled deploy can still talk to its hosts to undo its changes. Throws OPEN_FILE_LIMIT.
 */
export function startChild(program: string, args: readonly string[]): Child {
  const process = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  if (!hasPipes(process)) {
    process.on('error', () => undefined)
    throw fileLimitReached('EMFILE', `spawn ${program}`)
  }
  // A program that exits before reading its input is judged by its exit code.
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

/** Without file descriptors Node makes no pipes, whatever the type says, and an event has the reason. */
function hasPipes(child: { stdin?: unknown }): boolean {
  return child.stdin !== undefined
}

async function endGroup(child: ChildProcessWithoutNullStreams, ended: Promise<unknown>): Promise<void> {
  // Other holders of the pipes, such as the ssh master, must not delay the end.
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

/** Node can signal a group only through `process`, which is not available here; every machine's shell can. */
function sendToGroup(processId: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  const argv = buildGroupSignal(processId, signal)
  spawn('sh', argv.slice(1), { stdio: 'ignore' }).on('error', () => undefined)
}

/** Arguments that send a signal to a process group with the shell's own `kill`, since not every server has the program. */
export function buildGroupSignal(processId: number, signal: 'SIGTERM' | 'SIGKILL'): string[] {
  return ['sh', '-c', `kill -s ${signal.slice('SIG'.length)} -- -${processId}`]
}
