/**
 * Makes the files of a release in out/, from the executables of other jobs, signed. Variables: EXECUTABLES, a directory with
 * `dray-TARGET` in directories or directly; SIGNING_KEY, the private key, which is in a file only while this runs.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ifStarted, run, variable } from './run.mjs'

/**
 * The arguments of `npm run package` for the executables below a directory.
 *
 * @param {string} directory
 * @returns {string[]}
 * @throws a sentence if there is no executable
 */
export function executableArguments(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
  const found = files.flatMap(({ name, parentPath }) => {
    const target = /^dray-((?:linux|darwin)-(?:x64|arm64))$/.exec(name)?.[1]
    return target === undefined ? [] : [`${target}=${join(parentPath, name)}`]
  })
  if (found.length === 0) throw new Error(`There is no executable in ${directory}.`)
  return found.sort().flatMap((it) => ['--executable', it])
}

/**
 * Calls `work` with the path of a file that only this user can read, and removes it.
 *
 * @param {string} key
 * @param {(path: string) => void} work
 */
export function withKeyFile(key, work) {
  const directory = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'dray-key-'))
  try {
    const path = join(directory, 'key')
    // A secret of Actions has no line break at its end, and ssh-keygen refuses such a key.
    writeFileSync(path, `${key.trimEnd()}\n`, { mode: 0o600 })
    work(path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

await ifStarted(import.meta.url, () => {
  const executables = executableArguments(variable('EXECUTABLES'))
  withKeyFile(variable('SIGNING_KEY'), (key) => {
    const env = { ...process.env }
    delete env['SIGNING_KEY']
    run('npm', ['run', 'package', '--', ...executables, '--signing-key', key], { stdio: 'inherit', env })
  })
})
