import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

/** What an earlier run compiled. `commands`: those whose functions are in `data`. */
/** @typedef {{ commands: string[], data: Buffer | undefined }} Cached */

/** A name that is typed is in the list even if dray has no such command. */
const MOST_COMMANDS = 64

/** @param {string | Buffer} data */
const hash = (data) => createHash('sha256').update(data).digest('hex')

/** As long as `import.meta.url`, so that the positions in stack traces stay. */
const URL_NAME = 'bundleModuleUrl'

/**
 * Runs the bundle as `import` would, with what V8 compiled in earlier runs: Node 22.8 and newer do that by themselves
 * (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir). A command that no earlier run had adds its functions at
 * its end. A CI job adds nothing: its home is thrown away. Without a cache that can be read or written, the run only takes longer.
 * Returns when the bundle has run, and throws what it throws.
 *
 * @param {string} file the bundle: ASCII, one script except for `import.meta.url`
 * @param {string} directory of the cache
 * @returns {Promise<void>}
 */
export function runWithCompileCache(file, directory) {
  const text = readFileSync(file, 'latin1').replaceAll('import.meta.url', URL_NAME)
  const source = `(async (${URL_NAME}) => {'use strict';${text}\n})`
  const at = path.join(directory, 'compiled')
  const key = `${process.version} ${process.arch} ${hash(source)}`
  const { commands: cached, data } = readCache(at, key)
  const script = new vm.Script(source, { filename: file, ...(data && { cachedData: data }) })
  // V8 also rejects what it compiled with other options.
  const commands = script.cachedDataRejected === false ? cached : []
  const words = process.argv.slice(2)
  const command = words.find((word) => /^[a-z]+$/.test(word)) ?? ''
  const isHelp = words.includes('--help') || words.includes('-h')
  const isNew = !commands.includes(command) && commands.length < MOST_COMMANDS
  if (isNew && !isHelp && !process.env['CI'] && isOwn(directory)) {
    process.on('exit', () => {
      if ((process.exitCode ?? 0) !== 0) return // It did not get as far as the next run will.
      writeCache(at, { key, commands: [...commands, command], compile: () => script.createCachedData() })
    })
  }
  return script.runInThisContext()(pathToFileURL(file).href)
}

/**
 * Whether the nearest directory that exists is the user's own: with `sudo`, the home may be that of someone else.
 *
 * @param {string} directory
 * @returns {boolean}
 */
function isOwn(directory) {
  if (existsSync(directory)) return statSync(directory).uid === process.getuid?.()
  const parent = path.dirname(directory)
  return parent !== directory && isOwn(parent)
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
    // What another user wrote would run as this one.
    if (statSync(at).uid !== process.getuid?.()) throw new Error('not own')
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
 * @param {{ key: string, commands: string[], compile: () => Buffer }} cached
 */
function writeCache(at, { key, commands, compile }) {
  const unfinished = `${at}.${process.pid}`
  try {
    const own = path.dirname(at)
    // Not `recursive`: where the kernel answers ENOENT for a directory that exists, as below /proc, Node 20 never returns.
    for (const directory of [path.dirname(own), own])
      if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 })
    const data = compile()
    const head = JSON.stringify({ key, commands, hash: hash(data) })
    writeFileSync(unfinished, Buffer.concat([Buffer.from(`${head}\n`), data]), { mode: 0o600 })
    renameSync(unfinished, at)
  } catch {
    // A home that cannot be written, or a full disk.
    remove(unfinished)
  }
}

/** @param {string} file */
function remove(file) {
  try {
    rmSync(file, { force: true })
  } catch {
    // It could not be written either.
  }
}
