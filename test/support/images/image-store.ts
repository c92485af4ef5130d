import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { imageCache } from './cache.ts'

/** How a manifest names a blob or another manifest. */
export type Descriptor = {
  mediaType: string
  digest: string
  size: number
  platform?: { os: string; architecture: string }
  annotations?: Record<string, string>
}

/** A manifest or index to push: its bytes are in the store under its digest. */
export type StoredManifest = { mediaType: string; digest: string }

export const ociIndex = 'application/vnd.oci.image.index.v1+json'
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'

const blobDirectory = join(imageCache, 'blobs')

/** The path of a blob in the store. */
export function blobPath(digest: string): string {
  return join(blobDirectory, digest.replace(':', '-'))
}

/** Puts bytes into the store. */
export async function storeBlob(bytes: Buffer, mediaType: string): Promise<Descriptor> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  await writeWhole(blobPath(digest), bytes)
  return { mediaType, digest, size: bytes.length }
}

/** Puts a manifest into the store as JSON. */
export async function storeJson(value: object, mediaType: string): Promise<Descriptor> {
  return storeBlob(Buffer.from(JSON.stringify(value)), mediaType)
}

/**
 * Puts a layer into the store, compressed; one that was compressed before is not compressed again.
 * `diffId` is the digest of the layer uncompressed, `path` a file with it in either form.
 */
export async function storeLayer(diffId: string, path: string, mediaType: string): Promise<Descriptor> {
  const note = `${blobPath(diffId)}.compressed`
  if (existsSync(note)) {
    const known = JSON.parse(await readFile(note, 'utf8')) as { digest: string; size: number }
    if (existsSync(blobPath(known.digest))) return { mediaType, ...known }
  }
  const bytes = await readFile(path)
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const { digest, size } = await storeBlob(isCompressed ? bytes : gzipSync(bytes, { level: 3 }), mediaType)
  await writeWhole(note, Buffer.from(JSON.stringify({ digest, size })))
  return { mediaType, digest, size }
}

/** Written beside and renamed, so that a run that is cut leaves no half blob behind. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  if (existsSync(path)) return
  await mkdir(blobDirectory, { recursive: true })
  const fresh = `${path}.${process.pid}`
  await writeFile(fresh, bytes)
  await rename(fresh, path)
}
