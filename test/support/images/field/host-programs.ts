import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readDistribution } from '../../../../scripts/engine/distribution.mjs'
import { fetchDebs } from '../../../../scripts/engine/fetch-debs.mjs'
import type { TestServer } from '../../net/server.ts'
import { projectDirectory } from '../cache.ts'

const directory = join(projectDirectory, '.cache/host-proxies')
const packages = ['nginx', 'caddy', 'libpcre2-8-0', 'libzstd1']

/** Unpacks nginx and Caddy of this machine's own release into .cache, once. */
export async function unpackHostPrograms(): Promise<void> {
  if (existsSync(directory)) return
  const fresh = `${directory}.${process.pid}`
  fetchDebs({ suite: readDistribution().codename, packages, unpackInto: join(fresh, 'root') })
  await rename(fresh, directory).catch(() => rm(fresh, { recursive: true, force: true }))
}

/** Puts them on a server as their packages would; nothing that is there is replaced, and nothing is started. */
export async function addHostPrograms(server: TestServer): Promise<void> {
  const script = `
    root=${directory}/root
    cp -an $root/usr/sbin/nginx /usr/sbin/
    cp -an $root/usr/bin/caddy /usr/bin/
    for part in usr/lib lib; do [ ! -d $root/$part ] || cp -an $root/$part/. /usr/lib/; done`
  const { exitCode, stderr } = await server.run(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`nginx and Caddy were not put on ${server.name}: ${stderr}`)
}
