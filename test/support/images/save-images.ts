import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { imageCache } from './cache.ts'
import { command } from './command.ts'
import type { Descriptor, StoredManifest } from './image-store.ts'
import { dockerManifest, ociIndex, ociManifest, storeBlob, storeJson, storeLayer } from './image-store.ts'

/** One image out of the engine, in the store piece by piece. */
export type SavedImage = { config: Buffer; layers: readonly { diffId: string; path: string }[] }

type SavedEntry = { Config: string; RepoTags: string[] | null; Layers: string[] }

/** Takes images out of this machine's engine and hands each to `store`, by the name it was asked for. */
export async function saveImages<T>(
  names: readonly string[],
  store: (name: string, image: SavedImage) => Promise<T>,
): Promise<Map<string, T>> {
  await mkdir(imageCache, { recursive: true })
  const directory = await mkdtemp(join(imageCache, 'save-'))
  try {
    const archive = join(directory, 'images.tar')
    await command(['docker', 'save', '-o', archive, ...names])
    await command(['tar', '-xf', archive, '-C', directory])
    const entries = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as SavedEntry[]
    const stored = new Map<string, T>()
    for (const entry of entries) {
      const image = await readSaved(directory, entry)
      for (const name of entry.RepoTags ?? []) stored.set(name, await store(name, image))
    }
    return stored
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Stores an image as one Docker manifest, as images of the library were pushed for years. */
export async function storeAsDockerManifest({ config, layers }: SavedImage): Promise<StoredManifest> {
  const manifest = {
    schemaVersion: 2,
    mediaType: dockerManifest,
    config: await storeBlob(config, 'application/vnd.docker.container.image.v1+json'),
    layers: await storeLayers(layers, 'application/vnd.docker.image.rootfs.diff.tar.gzip'),
  }
  return storeJson(manifest, dockerManifest)
}

/**
 * Stores an image as CI's build-push-action pushes it: an index with the image and a provenance attestation.
 * With `architecture`, the image claims to be for that one alone.
 */
export async function storeAsOciIndex(image: SavedImage, architecture?: string): Promise<StoredManifest> {
  const config = JSON.parse(image.config.toString()) as { os: string; architecture: string }
  if (architecture !== undefined) config.architecture = architecture
  const configBytes = architecture === undefined ? image.config : Buffer.from(JSON.stringify(config))
  const manifest = await storeJson(
    {
      schemaVersion: 2,
      mediaType: ociManifest,
      config: await storeBlob(configBytes, 'application/vnd.oci.image.config.v1+json'),
      layers: await storeLayers(image.layers, 'application/vnd.oci.image.layer.v1.tar+gzip'),
    },
    ociManifest,
  )
  const platform = { os: config.os, architecture: config.architecture }
  const manifests = [{ ...manifest, platform }, await storeAttestation(manifest)]
  return storeJson({ schemaVersion: 2, mediaType: ociIndex, manifests }, ociIndex)
}

/** The form is BuildKit's: a manifest for the platform unknown/unknown that names what it speaks of. */
async function storeAttestation(subject: Descriptor): Promise<Descriptor> {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ digest: { sha256: subject.digest.replace('sha256:', '') } }],
  }
  const empty = {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [] },
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: ociManifest,
    config: await storeJson(empty, 'application/vnd.oci.image.config.v1+json'),
    layers: [await storeJson(statement, 'application/vnd.in-toto+json')],
  }
  return {
    ...(await storeJson(manifest, ociManifest)),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.digest': subject.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  }
}

async function storeLayers(layers: SavedImage['layers'], mediaType: string): Promise<Descriptor[]> {
  const stored: Descriptor[] = []
  for (const { diffId, path } of layers) stored.push(await storeLayer(diffId, path, mediaType))
  return stored
}

async function readSaved(directory: string, entry: SavedEntry): Promise<SavedImage> {
  const config = await readFile(join(directory, entry.Config))
  const { rootfs } = JSON.parse(config.toString()) as { rootfs: { diff_ids: string[] } }
  const layers = entry.Layers.map((path, index) => {
    const diffId = rootfs.diff_ids[index]
    if (diffId === undefined) throw new Error(`${entry.Config} has fewer layers than its manifest`)
    return { diffId, path: join(directory, path) }
  })
  return { config, layers }
}
