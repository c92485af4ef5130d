import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentHash, imageCache } from '../cache.ts'
import { makeRootFileSystem, type RootFileSystem } from '../root-file-system.ts'
import { layerOfDirectory, type Layer } from './layer.ts'

export type ProgramLayer = Omit<RootFileSystem, 'directory'> & {
  /** Of the layer in the cache. */
  name: string
  /** The file that describes it, in this directory; a change makes the layer again. */
  describedIn: string
  /** Adds what the program needs besides. */
  finish?: (paths: { directory: string; packages: string }) => Promise<void>
}

/** A small root file system with a program of one of Debian's suites. Made once, then kept under .cache. */
export async function keptLayer(wanted: ProgramLayer): Promise<Layer> {
  const scripts = [`field/${wanted.describedIn}`, 'field/kept-layer.ts', 'root-file-system.ts']
  const hash = contentHash(scripts.map((name) => join(import.meta.dirname, '..', name)))
  const file = join(imageCache, `${wanted.name}-${hash}`)
  if (!existsSync(`${file}.json`)) await keep(await makeLayer(wanted), file)
  const { digest, diffId } = JSON.parse(await readFile(`${file}.json`, 'utf8')) as Layer
  return { digest, diffId, bytes: await readFile(`${file}.tgz`) }
}

async function keep({ bytes, digest, diffId }: Layer, file: string): Promise<void> {
  await writeFile(`${file}.tgz.${process.pid}`, bytes)
  await rename(`${file}.tgz.${process.pid}`, `${file}.tgz`)
  await writeFile(`${file}.json`, JSON.stringify({ digest, diffId }))
}

async function makeLayer(wanted: ProgramLayer): Promise<Layer> {
  const directory = join(imageCache, wanted.name)
  await mkdir(imageCache, { recursive: true })
  const { packages } = await makeRootFileSystem({ ...wanted, directory })
  await wanted.finish?.({ directory, packages })
  const layer = await layerOfDirectory(directory)
  await rm(directory, { recursive: true, force: true })
  await rm(packages, { recursive: true, force: true })
  return layer
}
