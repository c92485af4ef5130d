import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What may be bundled into a file under the MIT licence when its text goes with it. */
const allowedLicences = ['MIT', 'ISC', 'BSD-3-Clause', 'Apache-2.0']

const heading = 'This file contains code of these packages.'

/** @typedef {{ name: string, version: string, licence: string, texts: readonly string[] }} BundledPackage */

/**
 * The packages whose code is in a bundle, by name. Those that were read and left out by tree shaking are not.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} root the directory that the paths of the metafile are relative to
 * @returns {Promise<BundledPackage[]>}
 * @throws a sentence when the licence of a package is missing or not allowed
 */
export async function findPackages({ outputs }, root) {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : [path])),
  )
  const directories = new Set(used.flatMap((path) => packageDirectory(path) ?? []))
  const packages = await Promise.all([...directories].map((it) => readPackage(join(root, it))))
  return packages.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/**
 * Name, version, licence and licence text of each package.
 *
 * @param {readonly BundledPackage[]} packages
 */
export function renderNotices(packages) {
  const parts = packages.map(
    (it) => `${'-'.repeat(80)}\n${nameOf(it)}, ${it.licence}\n\n${it.texts.join('\n\n')}\n`,
  )
  return `${heading}\n\n${parts.join('\n')}`
}

/**
 * The directory of the innermost package that a file belongs to.
 *
 * @param {string} path
 */
function packageDirectory(path) {
  return /^.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}

/**
 * @param {string} directory
 * @returns {Promise<BundledPackage>}
 */
async function readPackage(directory) {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  if (!allowedLicences.includes(license))
    throw new Error(
      `${name} ${version} is bundled under the licence ${license}: allowed are ${allowedLicences.join(', ')}.`,
    )
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
  if (!files.some((file) => !/^notice/i.test(file)))
    throw new Error(`${name} ${version} is bundled, and has no file with the text of its licence.`)
  const texts = await Promise.all(files.sort().map((file) => readFile(join(directory, file), 'utf8')))
  return {
    name,
    version,
    licence: license,
    texts: texts.map((text) => text.replaceAll('\r\n', '\n').trim()),
  }
}

/** @param {BundledPackage} bundled */
function nameOf({ name, version }) {
  return `${name} ${version}`
}
