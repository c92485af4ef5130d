/**
 * Writes a software bill of materials of the bundle, CycloneDX 1.5: `node scripts/release/sbom.mjs FILE`. The packages whose code
 * is in dist/dray.mjs are development dependencies, so `npm sbom` alone would list all that builds and tests dray as well.
 */
import { writeFileSync } from 'node:fs'
import { bundle, root } from '../bundle.mjs'
import { findPackages } from '../third-party-notices.mjs'
import { ifStarted, run } from './run.mjs'

/**
 * @typedef {{ 'bom-ref': string, name: string, version: string, scope?: string, properties?: { name: string }[] }} Component
 * @typedef {object} Sbom
 * @property {string} [serialNumber]
 * @property {{ timestamp: string, component: Component }} metadata
 * @property {Component[]} components
 * @property {{ ref: string, dependsOn: string[] }[]} dependencies
 */

/**
 * Keeps of the SBOM of a project what is in its bundle. The same commit gives the same text: no random number, and the time of
 * the commit.
 *
 * @param {Sbom} all as `npm sbom` prints it
 * @param {readonly { name: string, version: string }[]} packages in the bundle
 * @param {string} committedAt ISO 8601
 * @returns {Sbom}
 * @throws a sentence if a package of the bundle is not in the SBOM
 */
export function selectBundled(all, packages, committedAt) {
  const components = packages.map(({ name, version }) => {
    const found = all.components.find((it) => it.name === name && it.version === version)
    if (found === undefined)
      throw new Error(`${name} ${version} is in the bundle, and not in package-lock.json.`)
    const properties = (found.properties ?? []).filter((it) => it.name !== 'cdx:npm:package:development')
    return { ...found, scope: 'required', properties }
  })
  const rest = { ...all }
  delete rest.serialNumber
  const own = { ...all.metadata.component, type: 'application', name: 'dray' }
  const bundled = components.map((it) => it['bom-ref'])
  const refs = new Set(bundled)
  return {
    ...rest,
    metadata: { ...all.metadata, timestamp: committedAt, component: own },
    components,
    dependencies: [
      { ref: own['bom-ref'], dependsOn: bundled },
      ...all.dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((it) => refs.has(it)) })),
    ],
  }
}

/**
 * @returns {Promise<string>} the SBOM of this clone as JSON
 */
export async function renderSbom() {
  const { metafile } = await bundle()
  const packages = await findPackages(metafile, root)
  const options = { cwd: root }
  const all = JSON.parse(run('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], options))
  const committedAt = new Date(run('git', ['log', '-1', '--format=%cI'], options)).toISOString()
  return `${JSON.stringify(selectBundled(all, packages, committedAt), null, 2)}\n`
}

await ifStarted(import.meta.url, async () => {
  const file = process.argv[2]
  if (file === undefined) throw new Error('Name the file to write.')
  writeFileSync(file, await renderSbom())
})
