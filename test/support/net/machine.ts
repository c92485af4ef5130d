import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { machineScript } from './machine-script.ts'
import type { EngineVersion, MachineFacts } from './net-facts.ts'
import {
  mustRun,
  runCommand,
  startCommand,
  type RunOptions,
  type RunResult,
  type RunningCommand,
} from './run-command.ts'

export const cloneDirectory = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

export type MachineOptions = {
  name: string
  address: string
  /** Where its disk image and logs are kept. */
  directory: string
  diskBytes: number
  engine: EngineVersion | 'none'
  ownProcesses: boolean
  /** What its root file system is laid over; that of this machine unless told. */
  lowerRoot?: string
  /** Directories of this machine that it shares and may change; the clone is always there, read-only for a server. */
  shared: readonly string[]
}

/** A machine that is up, and how to take it down. */
export type HeldMachine = { facts: MachineFacts; stop(): Promise<void> }

/**
 * Starts a machine: namespaces of its own, held open by a process that ends when this one does.
 * @throws with the reason from its log
 */
export async function startMachine(options: MachineOptions): Promise<HeldMachine> {
  mkdirSync(options.directory, { recursive: true })
  const image = join(options.directory, 'disk.img')
  writeFileSync(image, '')
  truncateSync(image, options.diskBytes)
  await mustRun(
    ['mkfs.ext4', '-q', '-F', '-O', '^has_journal', '-E', 'lazy_itable_init=1,nodiscard', '-m', '0', image],
    {
      env: { PATH: systemPath },
    },
  )
  const holder = spawnHolder(options)
  try {
    const pid = await untilReady(holder, options)
    const { name, address, ownProcesses, engine } = options
    const facts = { name, address, pid, ownProcesses, engine, path: pathWith(engine) }
    return { facts, stop: () => stopHolder(holder) }
  } catch (error) {
    await stopHolder(holder)
    throw error
  }
}

/** Runs a command as root in a machine; its environment is only what is given, and PATH. */
export function runInMachine(
  machine: MachineFacts,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return runCommand(enter(machine, argv, options.cwd), inside(machine, options))
}

/** The same, for a command that will be signalled. Only in a machine without its own processes do signals reach it. */
export function startInMachine(
  machine: MachineFacts,
  argv: readonly string[],
  options: RunOptions = {},
): RunningCommand {
  return startCommand(enter(machine, argv, options.cwd), inside(machine, options))
}

/** The same, for a command that must succeed; returns its standard output. */
export function mustRunInMachine(
  machine: MachineFacts,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return mustRun(enter(machine, argv, options.cwd), inside(machine, options))
}

/** Writes a file of a machine, with its directories. */
export async function writeInMachine(machine: MachineFacts, path: string, content: string): Promise<void> {
  const script = 'mkdir -p "$(dirname "$0")" && cat >"$0"'
  await mustRunInMachine(machine, ['sh', '-c', script, path], { input: content })
}

/** The command line and the environment that run a command in a machine, for a test that starts it in its own way. */
export function commandInMachine(
  machine: MachineFacts,
  argv: readonly string[],
  options: RunOptions = {},
): { argv: string[]; env: Readonly<Record<string, string>> } {
  return { argv: enter(machine, argv, options.cwd), env: inside(machine, options).env ?? {} }
}

function enter(machine: MachineFacts, argv: readonly string[], cwd = '/'): string[] {
  const namespaces = ['-m', '-u', '-n', ...(machine.ownProcesses ? ['-p'] : [])]
  // nsenter leaves the working directory at the machine's root.
  return ['nsenter', '-t', `${machine.pid}`, ...namespaces, 'sh', '-c', 'cd "$0" && exec "$@"', cwd, ...argv]
}

function inside(machine: MachineFacts, options: RunOptions): RunOptions {
  const env = {
    PATH: machine.path,
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    LANG: 'C.UTF-8',
    ...options.env,
  }
  return { ...options, env, cwd: '/' }
}

const systemPath = ['/opt/dray-engine/bin', process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(':')

function pathWith(engine: EngineVersion | 'none'): string {
  return engine === '20.10' ? `${join(cloneDirectory, '.cache/engine-20.10/bin')}:${systemPath}` : systemPath
}

function spawnHolder(options: MachineOptions): ChildProcess {
  const access = options.ownProcesses ? 'ro' : 'rw'
  const visible = [
    `${access}:${cloneDirectory}`,
    ...nodeDirectory(),
    ...options.shared.map((path) => `rw:${path}`),
  ]
  const processes = options.ownProcesses ? ['--pid', '--fork', '--kill-child'] : []
  const marker = `dray-test-net-${options.name}`
  const args = ['--mount', '--uts', '--net', ...processes, 'sh', '-c', machineScript, marker]
  const log = openSync(join(options.directory, 'machine.log'), 'a')
  try {
    // Detached, so that a Ctrl-C at the terminal reaches the tests only, which then take it down in order.
    return spawn('unshare', [...args, processesOf(options), options.lowerRoot ?? '/', ...visible], {
      cwd: options.directory,
      detached: true,
      stdio: ['pipe', 'pipe', log],
      env: { PATH: systemPath },
    })
  } finally {
    closeSync(log)
  }
}

function processesOf({ ownProcesses }: MachineOptions): string {
  return ownProcesses ? 'own' : 'shared'
}

/** Node itself, where it is installed in a home directory: those are empty in a machine. */
function nodeDirectory(): string[] {
  const prefix = dirname(dirname(process.execPath))
  return /^\/(home|root|tmp|srv)\//.test(prefix) ? [`ro:${prefix}`] : []
}

async function untilReady(holder: ChildProcess, options: MachineOptions): Promise<number> {
  if (holder.stdout === null) throw new Error('The machine has no output to read.')
  let pid = 0
  for await (const line of createInterface({ input: holder.stdout })) {
    if (line.startsWith('pid ')) pid = Number(line.slice(4))
    if (line === 'ready') return pid
  }
  const log = readFileSync(join(options.directory, 'machine.log'), 'utf8')
  throw new Error(`The machine ${options.name} of the test network did not start: ${log}`)
}

async function stopHolder(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return
  const ended = once(holder, 'exit')
  holder.stdin?.end()
  const timer = setTimeout(() => holder.kill('SIGKILL'), 60_000)
  await ended
  clearTimeout(timer)
}
