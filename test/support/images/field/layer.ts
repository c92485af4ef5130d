import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const execute = promisify(execFile)

/** A layer of an image: its compressed bytes, and the digest of what they unpack to. */
export type Layer = { bytes: Buffer; digest: string; diffId: string }

/** Makes a layer of a directory; the same content gives the same digest. Everything in it belongs to root. */
export async function layerOfDirectory(directory: string): Promise<Layer> {
  const argv = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '-C', directory]
  const { stdout } = await execute('tar', [...argv, '-cf', '-', '.'], {
    encoding: 'buffer',
    maxBuffer: 1024 ** 3,
  })
  const bytes = gzipSync(stdout, { level: 3 })
  return { bytes, digest: digestOf(bytes), diffId: digestOf(stdout) }
}

/** Makes a layer of files, by their absolute paths in the image. */
export async function layerOfFiles(files: ReadonlyMap<string, string>): Promise<Layer> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-layer-'))
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), content)
    }
    return await layerOfDirectory(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** How a registry names bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
