import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDirectory } from '../../../support/net/machine.ts'
import { mustRun } from '../../../support/net/run-command.ts'
import { startNpmRegistry, type NpmRegistry } from '../../../support/npm-registry.ts'

/**
 * Publishes this clone, which must be built, to a registry on an address of this machine. Without the scripts of the package: they
 * would build `dist/dray.mjs` again, which other tests run meanwhile.
 */
export async function startPackedRegistry(address: string): Promise<NpmRegistry> {
  const home = await mkdtemp(join(tmpdir(), 'dray-npm-'))
  const registry = await startNpmRegistry(address)
  await writeFile(join(home, '.npmrc'), `${registry.url.replace('http:', '')}:_authToken=none\n`)
  const publish = ['npm', 'publish', '--silent', '--ignore-scripts', '--registry', registry.url]
  await mustRun(publish, { cwd: cloneDirectory, env: { PATH: process.env['PATH'] ?? '', HOME: home } })
  await rm(home, { recursive: true })
  return registry
}
