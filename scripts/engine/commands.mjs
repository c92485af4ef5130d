/** Small wrappers round child processes, for scripts that run before `npm ci`. */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A step that the set-up cannot do: one sentence for the user, and exit code 3. */
export class CannotSetUp extends Error {}

/**
 * Runs a program and returns what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {string} its standard output
 * @throws {CannotSetUp} when it cannot be started or fails, with its last lines
 */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options })
  if (result.status === 0) return result.stdout
  const said = `${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().split('\n').slice(-6).join('\n')
  throw new CannotSetUp(`${[program, ...args].join(' ')} failed: ${said}`)
}

/**
 * Asks a program something, several at once if wanted.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} what it printed, trimmed; undefined when it is missing, fails or takes over 10 s
 */
export function ask(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    setTimeout(() => child.kill(), 10_000).unref()
    let said = ''
    child.stdout.on('data', (chunk) => (said += chunk))
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 ? said.trim() : undefined))
  })
}

/**
 * Finds a program as a shell would, with the system directories that an ordinary user's PATH may lack.
 * @param {string} name
 * @param {readonly string[]} [firstIn] directories to look in before PATH
 * @returns {string | undefined} its absolute path
 */
export function findProgram(name, firstIn = []) {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  for (const directory of [...firstIn, ...path, '/usr/sbin', '/sbin', '/usr/local/sbin']) {
    const candidate = join(directory, name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      continue
    }
  }
  return undefined
}

/** @param {string} sentence */
export function say(sentence) {
  process.stdout.write(`${sentence}\n`)
}
