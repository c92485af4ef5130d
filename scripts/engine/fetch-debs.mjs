/**
 * Fetches packages of any Debian suite from the machine's own mirror, without touching its apt sources or installing.
 *
 *   node scripts/engine/fetch-debs.mjs SUITE PACKAGE... [--unpack DIRECTORY]
 *
 * prints the path of each .deb. Dependencies are not followed: name every package that is wanted.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CannotSetUp, run } from './commands.mjs'
import { findMirror, readDistribution } from './distribution.mjs'

/** Where everything fetched or made is kept; git ignores it, and deleting it is always safe. */
export const cacheDirectory = fileURLToPath(new URL('../../.cache', import.meta.url))

const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * @param {{ suite: string, packages: readonly string[], unpackInto?: string }} wanted
 * @returns {string[]} the .deb files, in the order asked; those already in .cache/debs/SUITE are not fetched again
 * @throws {CannotSetUp} when the mirror cannot be reached or does not have one of them
 */
export function fetchDebs({ suite, packages, unpackInto }) {
  const directory = join(cacheDirectory, 'debs', suite)
  mkdirSync(directory, { recursive: true })
  const missing = packages.filter((name) => findDeb(directory, name) === undefined)
  if (missing.length > 0) download({ suite, packages: missing, directory })
  const debs = packages.map((name) => {
    const deb = findDeb(directory, name)
    if (deb === undefined) throw new CannotSetUp(`The package ${name} was not found in ${suite}.`)
    return deb
  })
  if (unpackInto !== undefined) unpackDebs(debs, unpackInto)
  return debs
}

/**
 * @param {readonly string[]} debs
 * @param {string} directory made if it is not there
 */
export function unpackDebs(debs, directory) {
  mkdirSync(directory, { recursive: true })
  for (const deb of debs) run('dpkg', ['-x', deb, directory])
}

/**
 * @param {string} directory
 * @param {string} name
 */
function findDeb(directory, name) {
  const file = readdirSync(directory).find((entry) => entry.startsWith(`${name}_`) && entry.endsWith('.deb'))
  return file === undefined ? undefined : join(directory, file)
}

/** @param {{ suite: string, packages: readonly string[], directory: string }} wanted */
function download({ suite, packages, directory }) {
  const options = aptOptions(suite)
  // Fetched beside and then renamed: a run that is cut leaves no half file, two at once do no harm.
  const fresh = mkdtempSync(join(directory, '.fetch-'))
  try {
    run('apt-get', [...options, 'download', ...packages], { cwd: fresh })
    // In apt's file names an epoch's colon is written %3a.
    for (const file of readdirSync(fresh)) renameSync(join(fresh, file), join(directory, file))
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** @type {Map<string, string[]>} */
const optionsBySuite = new Map()

/**
 * Reads a suite's package lists into a place of our own.
 * @param {string} suite
 * @returns {string[]} the options that make apt-get use them
 */
export function aptOptions(suite) {
  const known = optionsBySuite.get(suite)
  if (known !== undefined) return known
  const distribution = readDistribution()
  const mirror = findMirror(distribution)
  if (mirror === undefined)
    throw new CannotSetUp(`apt on this machine has no source for ${distribution.name}.`)
  const state = join(cacheDirectory, 'apt', suite)
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(state, name), { recursive: true })
  const signed = existsSync(debianKeys) ? `Signed-By: ${debianKeys}\n` : ''
  const components = distribution.id === 'ubuntu' ? 'main universe' : 'main'
  const sources = join(state, 'mirror.sources')
  writeFileSync(
    sources,
    `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: ${components}\n${signed}`,
  )
  const options = [
    '-qq',
    `-oDir::Etc::SourceList=${sources}`,
    '-oDir::Etc::SourceParts=/dev/null',
    `-oDir::State::Lists=${join(state, 'lists')}`,
    `-oDir::Cache=${join(state, 'cache')}`,
    // A mirror of sid can lag behind the date its list is valid until; the signature is still checked.
    '-oAcquire::Check-Valid-Until=false',
    '-oAcquire::Languages=none',
    '-oAcquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false',
    '-oAPT::Sandbox::User=root',
  ]
  run('apt-get', [...options, 'update'])
  optionsBySuite.set(suite, options)
  return options
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [suite, ...rest] = process.argv.slice(2)
  const unpack = rest.indexOf('--unpack')
  const packages = unpack === -1 ? rest : rest.slice(0, unpack)
  const directory = unpack === -1 ? undefined : rest[unpack + 1]
  if (suite === undefined || packages.length === 0) {
    process.stderr.write('usage: node scripts/engine/fetch-debs.mjs SUITE PACKAGE... [--unpack DIRECTORY]\n')
    process.exitCode = 2
  } else {
    const unpackInto = directory === undefined ? {} : { unpackInto: resolve(directory) }
    for (const deb of fetchDebs({ suite, packages, ...unpackInto })) process.stdout.write(`${deb}\n`)
  }
}
