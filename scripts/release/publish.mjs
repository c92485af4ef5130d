/**
 * Publishes the package of a release to npm, by trusted publishing. Variable: PACKAGE, the file. A version that is there already
 * is left alone if its content is the same, so that a job can be run again.
 *
 * npm takes the identity of the job from Actions, if npm is 11.5.1 or newer: https://docs.npmjs.com/trusted-publishers
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { compareVersions } from 'compare-versions'
import { ifStarted, run, variable } from './run.mjs'

const OLDEST_NPM = '11.5.1'

/**
 * npm's tag for a version. Only the highest version is `latest`: a correction of an older one must not replace it.
 *
 * @param {string} version
 * @param {string | undefined} latest
 */
export function distTag(version, latest) {
  if (version.includes('-')) return 'next'
  return latest === undefined || compareVersions(version, latest) >= 0 ? 'latest' : 'previous'
}

/**
 * @param {{ file: string, version: string }} release
 * @returns {'published' | 'there'}
 * @throws a sentence if npm is too old, or the version is there with another content
 */
export function publish({ file, version }) {
  const npm = run('npm', ['--version'])
  if (compareVersions(npm, OLDEST_NPM) < 0)
    throw new Error(`npm ${npm} does not know trusted publishing: ${OLDEST_NPM} or newer is needed.`)
  const known = view('dray')
  const there = known?.versions.includes(version) === true ? view(`dray@${version}`) : undefined
  if (there !== undefined) {
    const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
    if (there.dist.integrity === integrity) return 'there'
    throw new Error(`npm has dray ${version} with another content. Raise the version.`)
  }
  const tag = distTag(version, known?.['dist-tags'].latest)
  run('npm', ['publish', file, '--provenance', '--access', 'public', '--tag', tag], { stdio: 'inherit' })
  return 'published'
}

/**
 * @param {string} name
 * @returns {{ versions: string[], 'dist-tags': { latest?: string }, dist: { integrity: string } } | undefined} undefined if npm has no such package
 */
function view(name) {
  try {
    return JSON.parse(run('npm', ['view', name, '--json'], { stdio: 'pipe' }))
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && String(error.stdout).includes('E404')) return undefined
    throw error
  }
}

await ifStarted(import.meta.url, () => {
  const file = variable('PACKAGE')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  console.log(
    publish({ file, version }) === 'there'
      ? `npm has dray ${version} already.`
      : `dray ${version} is on npm.`,
  )
})
