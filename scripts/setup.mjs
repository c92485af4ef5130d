/**
 * Sets up what `npm run demo` and `npm test` need. Runs before `npm ci`, so it uses nothing but Node.
 *
 *   node scripts/setup.mjs [engine] [network] [browser]
 *                              dependencies and dist/, a Docker Engine, the tools of the test network, a browser
 *   node scripts/setup.mjs undo  takes back what was changed on this machine outside the clone
 *
 * Exit codes: 0 done; 2 wrong arguments; 3 something cannot be set up here, and one sentence says what to do.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CannotSetUp, say } from './engine/commands.mjs'
import { ensureBrowser } from './engine/browser.mjs'
import { ensureEngine } from './engine/engine.mjs'
import { ensureNetworkTools } from './engine/network-tools.mjs'
import { undoSetup } from './engine/undo.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** @type {Record<string, () => Promise<void> | void>} */
const parts = { engine: ensureEngine, network: ensureNetworkTools, browser: ensureBrowser }

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CannotSetUp)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 3
}

/** @param {readonly string[]} args */
async function main(args) {
  if (args.length === 1 && args[0] === 'undo') {
    await undoSetup()
    return 0
  }
  const unknown = args.find((name) => parts[name] === undefined)
  if (unknown !== undefined) {
    process.stderr.write(
      `${unknown} is no part of the set-up; usage: node scripts/setup.mjs [engine] [network] [browser] | undo\n`,
    )
    return 2
  }
  installDependencies()
  if (existsSync(`${root}/src/main.ts`)) runHere(process.execPath, ['scripts/build.mjs'])
  for (const name of args) await parts[name]?.()
  return 0
}

function installDependencies() {
  if (hasDependencies()) return
  say('Installing the dependencies (npm ci).')
  runHere('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** npm notes in node_modules/.package-lock.json what it installed; optional packages are other platforms' builds. */
function hasDependencies() {
  const installed = `${root}/node_modules/.package-lock.json`
  if (!existsSync(installed)) return false
  const there = readPackages(installed)
  const locked = Object.entries(readPackages(`${root}/package-lock.json`))
  return locked.every(
    ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
  )
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function runHere(program, args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new CannotSetUp(`\`${[program, ...args].join(' ')}\` failed: see above.`)
}
