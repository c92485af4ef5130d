import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { kill } from 'node:process'
import type { DrayError } from '../../errors/dray-error.ts'
import { fileLimitReached, readMachineLimit } from '../../errors/machine-limit.ts'
import { systemClock } from '../../shared/clock.ts'

/** A program started on this machine, with pipes on all three standard streams. */
export type Child = {
  process: ChildProcessWithoutNullStreams
  /**
   * Resolves when the program has exited and its output was read. As in a shell, the exit code is 127 for a missing
   * program, and 128 plus the signal's number, or 128, after a signal.
   */
  ended: Promise<ChildEnd>
  /** Ends it and its child processes: SIGTERM to its process group, SIGKILL to the rest after two seconds. */
  end(): void
}

/** `refusal`: why this machine did not start it, although the program may be there. */
export type ChildEnd = { exitCode: number; refusal?: DrayError }

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
 * cancelled deploy can still talk to its hosts to undo its changes. Throws OPEN_FILE_LIMIT and PROCESS_LIMIT.
 */
export function startChild(program: string, args: readonly string[]): Child {
  const process = spawnPiped(program, args)
  if (!hasPipes(process)) {
    process.on('error', () => undefined)
    throw fileLimitReached('EMFILE', `spawn ${program}`)
  }
  // A program that exits before reading its input is judged by its exit code.
  process.stdin.on('error', () => undefined)

  const ended = new Promise<ChildEnd>((resolve) => {
    process.once('error', (error: NodeJS.ErrnoException) => {
      const refusal = readMachineLimit(error)
      resolve({ exitCode: error.code === 'EACCES' ? 126 : 127, ...(refusal && { refusal }) })
    })
    process.once('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signalNumbers[signal ?? 'SIGHUP'] ?? 0) }),
    )
  })
  return { process, ended, end: () => void endGroup(process, ended) }
}

/** Node throws ENOMEM, while an event has EAGAIN. */
function spawnPiped(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  try {
    return spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (error) {
    throw readMachineLimit(error) ?? error
  }
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

/** Starts no program for it: there may be too many. */
function sendToGroup(processId: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    kill(-processId, signal)
  } catch {
    // It has ended.
  }
}

/** Arguments that send a signal to a process group with the shell's own `kill`, since not every server has the program. */
export function buildGroupSignal(processId: number, signal: 'SIGTERM' | 'SIGKILL'): string[] {
  return ['sh', '-c', `kill -s ${signal.slice('SIG'.length)} -- -${processId}`]
}
