/** The browser of the tests of `dray ui`. Unpacked into .cache: nothing on the machine changes. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotSetUp, findProgram, run } from './commands.mjs'
import { readDistribution } from './distribution.mjs'
import { aptOptions, cacheDirectory } from './fetch-debs.mjs'
import { unpackOnce } from './network-tools.mjs'

const browserPackage = 'chromium-headless-shell'
const directory = join(cacheDirectory, 'browser')

/** Debian's Chromium without windows, or a Chrome that the machine has: Ubuntu has Chromium only as a snap. */
export function ensureBrowser() {
  const distribution = readDistribution()
  if (existsSync(join(directory, 'root')) || findChrome() !== undefined) return
  if (distribution.id !== 'debian') {
    throw new CannotSetUp(
      `The tests of \`dray ui\` need Chrome, which ${distribution.name} does not have: install google-chrome.`,
    )
  }
  const suite = distribution.codename
  unpackOnce('browser', () => ({ suite, packages: missingPackages(suite) }), distribution)
  // The libraries of the unpacked packages are not where the loader looks.
  writeFileSync(
    join(directory, 'browser.sh'),
    `#!/bin/sh
root=$(dirname "$0")/root
libraries=$(find "$root/usr/lib" -name '*.so*' -printf '%h\\n' | sort -u | tr '\\n' ':')
export LD_LIBRARY_PATH="$libraries$LD_LIBRARY_PATH"
exec "$root/usr/lib/chromium/chromium-headless-shell" "$@"
`,
    { mode: 0o755 },
  )
}

/** @returns {string} the program that the tests start @throws {CannotSetUp} without one */
export function findBrowser() {
  const unpacked = join(directory, 'browser.sh')
  const program = existsSync(unpacked) ? unpacked : findChrome()
  if (program === undefined)
    throw new CannotSetUp('There is no browser: run `node scripts/setup.mjs browser`.')
  return program
}

function findChrome() {
  return findProgram('google-chrome') ?? findProgram('chrome-headless-shell')
}

/**
 * The browser, and those of its libraries that this machine lacks.
 * @param {string} suite
 */
function missingPackages(suite) {
  const simulation = run('apt-get', [
    ...aptOptions(suite),
    '-s',
    '--no-install-recommends',
    'install',
    browserPackage,
  ])
  return simulation.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? [])
}
