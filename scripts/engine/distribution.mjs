/** Which distribution this is, and where it gets its packages from. */
import { readFileSync } from 'node:fs'
import { run } from './commands.mjs'

/**
 * @typedef {{ id: string, codename: string, version: number, name: string }} Distribution
 * `version` is 12 for Debian 12 and 24.04 for Ubuntu 24.04; Infinity for a release without a number, such as sid.
 */

/** @returns {Distribution} what os-release(5) says of this machine */
export function readDistribution() {
  const lines = readOsRelease().split('\n')
  const value = (/** @type {string} */ key) =>
    lines
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1)
      .replaceAll('"', '') ?? ''
  return {
    id: value('ID'),
    codename: value('VERSION_CODENAME'),
    version: value('VERSION_ID') === '' ? Infinity : Number(value('VERSION_ID')),
    name: value('PRETTY_NAME') || 'this system',
  }
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/**
 * The mirror this machine itself uses for its release, so that other suites come from where its owner gets packages.
 * @param {Distribution} distribution
 * @returns {string | undefined} undefined when apt has no source for this release
 */
export function findMirror(distribution) {
  const format = '$(RELEASE)\t$(COMPONENT)\t$(REPO_URI)'
  const targets = run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  for (const line of targets.split('\n')) {
    const [release, component, uri] = line.split('\t')
    if (release === distribution.codename && component === 'main' && uri) return uri
  }
  return undefined
}
