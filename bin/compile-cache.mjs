import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

/** What an earlier run compiled. `commands`: those whose functions are in `data`. */
/** @typedef {{ commands: string[], data: Buffer | undefined }} Cached */

/** A name that is typed is in the list even if dray has no such command. */
const MOST_COMMANDS = 64

/** @param {string | Buffer} data */
const hash = (data) => createHash('sha256').update(data).digest('hex')

/**
 * Runs the bundle as `import` would, with what V8 compiled in earlier runs: Node 22.8 and newer do that by themselves
 * (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir). A command that no earlier run had adds its functions at
 * its end. A CI job adds nothing: its home is thrown away. Without a cache that can be read or written, the run only takes longer.
 *
 * @param {string} file the bundle: ASCII, one script except for `import.meta.url`
 * @param {string} directory of the cache
 */
export function runWithCompileCache(file, directory) {
  const text = readFileSync(file, 'latin1').replaceAll('import.meta.url', 'bundleUrl')
  const source = `(async (bundleUrl) => {'use strict';${text}\n})`
  const at = path.join(directory, 'compiled')
  const key = `${process.version} ${process.arch} ${hash(source)}`
  const { commands, data } = readCache(at, key)
  const script = new vm.Script(source, { filename: file, ...(data && { cachedData: data }) })
  const words = process.argv.slice(2)
  const command = words.find((word) => /^[a-z]+$/.test(word)) ?? ''
  const isKnown = script.cachedDataRejected === false && commands.includes(command)
  const isHelp = words.includes('--help') || words.includes('-h')
  if (!isKnown && !isHelp && !process.env['CI'] && commands.length < MOST_COMMANDS) {
    process.on('exit', (exitCode) => {
      if (exitCode !== 0) return // It did not get as far as the next run will.
      writeCache(at, key, { commands: [...commands, command], data: script.createCachedData() })
    })
  }
  script.runInThisContext()(pathToFileURL(file).href)
}

/**
 * The file is a line of JSON, then what V8 made. V8 itself sees a wrong version and a cut file, not a wrong byte.
 *
 * @param {string} at
 * @param {string} key
 * @returns {Cached}
 */
function readCache(at, key) {
  try {
    const file = readFileSync(at)
    const end = file.indexOf('\n')
    const head = JSON.parse(file.toString('utf8', 0, end))
    const data = file.subarray(end + 1)
    if (head.key === key && head.hash === hash(data)) return { commands: head.commands, data }
  } catch {
    // There is none yet, or it is none of ours.
  }
  return { commands: [], data: undefined }
}

/**
 * @param {string} at
 * @param {string} key
 * @param {{ commands: string[], data: Buffer }} cached
 */
function writeCache(at, key, { commands, data }) {
  const unfinished = `${at}.${process.pid}`
  try {
    mkdirSync(path.dirname(at), { recursive: true, mode: 0o700 })
    const head = JSON.stringify({ key, commands, hash: hash(data) })
    writeFileSync(unfinished, Buffer.concat([Buffer.from(`${head}\n`), data]), { mode: 0o600 })
    renameSync(unfinished, at)
  } catch {
    // A home that cannot be written, or a full disk.
  }
}
