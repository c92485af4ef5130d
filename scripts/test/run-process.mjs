/** Runs a command line by line, and leaves nothing of it behind. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How long an interrupted command has to end before it is killed. */
const graceMs = 10_000
/** How long output may still come after a command has exited: what it left in the background holds its streams. */
const lateOutputMs = 2_000

/**
 * @param {readonly string[]} command program and arguments
 * @param {{ print: (line: string) => void, signal: AbortSignal, cwd?: string }} options `signal` ends the command and all that it started
 * @returns {Promise<string | undefined>} why it failed: `exit code 1`, `signal SIGTERM`, or why it could not be started
 */
export async function runProcess([program = '', ...args], { print, signal, cwd }) {
  // A process group of its own, so that ending it ends what npm and vitest started as well.
  const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', print)
  /** @param {NodeJS.Signals} name */
  const send = (name) => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, name)
    } catch {
      // All of the group has ended.
    }
  }
  /** @type {NodeJS.Timeout | undefined} */
  let killing
  const stop = () => {
    send('SIGTERM')
    killing = setTimeout(() => send('SIGKILL'), graceMs)
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await endOf(child)
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(killing)
    if (signal.aborted) send('SIGKILL')
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @returns {Promise<string | undefined>}
 */
function endOf(child) {
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message))
    child.on('close', (code, name) => {
      if (code === 0) resolve(undefined)
      else resolve(code === null ? `signal ${name}` : `exit code ${code}`)
    })
    child.on('exit', () => {
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, lateOutputMs).unref()
    })
  })
}
