/** Starts and stops a Docker Engine on a machine without an init system. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotSetUp, ask, run, say } from './commands.mjs'
import { cacheDirectory } from './fetch-debs.mjs'
import { ownBin, ownDataRoot, ownDockerd } from './unpack-engine.mjs'

const pidFile = '/var/run/docker.pid'
const startWithinMs = 60_000

/** @returns {boolean} whether systemd runs this machine, sd_booted(3) */
export function hasSystemd() {
  return existsSync('/run/systemd/system')
}

/** Starts the distribution's own service. */
export function startService() {
  say('Starting docker.service.')
  run('systemctl', ['start', 'docker.service'])
}

/**
 * Starts dockerd in the background and waits until it answers.
 * @param {string} dockerd its path
 * @throws {CannotSetUp} with its last log lines when it ends, or does not answer within a minute
 */
export async function startDockerd(dockerd) {
  const log = join(cacheDirectory, 'dockerd.log')
  mkdirSync(dirname(log), { recursive: true })
  say(`Starting ${dockerd}, which logs to .cache/dockerd.log.`)
  const child = isRunning() ? undefined : spawnDockerd(dockerd, log)
  const deadline = Date.now() + startWithinMs
  while (Date.now() < deadline) {
    if ((await ask('docker', ['version', '--format', '{{.Server.Version}}'])) !== undefined) return
    // Another set-up may have won the race for the pid file: then its engine is the one to wait for.
    if (child !== undefined && child.exitCode !== null && !isRunning()) break
    await sleep(100)
  }
  throw new CannotSetUp(
    `dockerd does not start here (${lastReason(log)}): see .cache/dockerd.log, or start Docker by hand.`,
  )
}

/**
 * @param {string} dockerd
 * @param {string} log
 */
function spawnDockerd(dockerd, log) {
  const output = openSync(log, 'a')
  const args = dockerd === ownDockerd ? ['--data-root', ownDataRoot] : []
  const env = { ...process.env, PATH: `${ownBin}:${process.env['PATH']}:/usr/sbin:/sbin` }
  const child = spawn(dockerd, args, { detached: true, stdio: ['ignore', output, output], env, cwd: '/' })
  child.on('error', () => {})
  child.unref()
  return child
}

/** @returns {Promise<void>} when an engine of ours that ran has ended; nothing happens to any other engine */
export async function stopOwnDockerd() {
  const pid = readPid()
  if (pid === undefined || !isOurs(pid)) return
  process.kill(pid, 'SIGTERM')
  const deadline = Date.now() + startWithinMs
  while (existsSync(`/proc/${pid}`) && Date.now() < deadline) await sleep(100)
}

function isRunning() {
  return readPid() !== undefined
}

function readPid() {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'))
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd' ? pid : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
function isOurs(pid) {
  return readlinkSync(`/proc/${pid}/exe`).startsWith(dirname(ownBin))
}

/** @param {string} log */
function lastReason(log) {
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  return lines.at(-1)?.slice(0, 300) ?? 'it says nothing'
}
