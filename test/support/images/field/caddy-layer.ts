import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentHash, imageCache } from '../cache.ts'
import { makeRootFileSystem } from '../root-file-system.ts'
import { layerOfDirectory, type Layer } from './layer.ts'

/** Debian's suites that Caddy is taken from, and the libraries that its program loads there. */
export const caddySuites = { bookworm: ['libc6', 'libzstd1'], sid: ['libc6'] } as const
export type CaddySuite = keyof typeof caddySuites

const scripts = ['field/caddy-layer.ts', 'root-file-system.ts'].map((name) =>
  join(import.meta.dirname, '..', name),
)

/** A small root file system with Caddy of one of Debian's suites. Made once, then kept under .cache. */
export async function caddyLayer(suite: CaddySuite): Promise<Layer> {
  const file = join(imageCache, `caddy-${suite}-${contentHash(scripts)}`)
  if (!existsSync(`${file}.json`)) await keep(await makeLayer(suite), file)
  const { digest, diffId } = JSON.parse(await readFile(`${file}.json`, 'utf8')) as Layer
  return { digest, diffId, bytes: await readFile(`${file}.tgz`) }
}

async function keep({ bytes, digest, diffId }: Layer, file: string): Promise<void> {
  await writeFile(`${file}.tgz.${process.pid}`, bytes)
  await rename(`${file}.tgz.${process.pid}`, `${file}.tgz`)
  await writeFile(`${file}.json`, JSON.stringify({ digest, diffId }))
}

async function makeLayer(suite: CaddySuite): Promise<Layer> {
  const directory = join(imageCache, `caddy-${suite}`)
  await mkdir(imageCache, { recursive: true })
  const { packages } = await makeRootFileSystem({
    directory,
    suite,
    packages: ['caddy', 'busybox-static', ...caddySuites[suite]],
    programs: ['usr/bin/caddy'],
    users: [],
  })
  for (const path of ['etc/caddy', 'config/caddy', 'data/caddy', 'srv'])
    await mkdir(join(directory, path), { recursive: true })
  await copyFile(join(packages, 'etc/caddy/Caddyfile'), join(directory, 'etc/caddy/Caddyfile'))
  const layer = await layerOfDirectory(directory)
  await rm(directory, { recursive: true, force: true })
  await rm(packages, { recursive: true, force: true })
  return layer
}
