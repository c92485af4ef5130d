import { createHash } from 'node:crypto'
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import type { ImageLayer } from '../../src/deploy/model/image-layer.ts'
import type { Platform } from '../../src/deploy/model/ports.ts'

export type StoredManifest = { mediaType: string; body: Buffer; digest: Digest }

/** Everything that has to be pushed for one image, in this order: blobs, then manifests, of which the last one gets the tag. */
export type OciImage = {
  blobs: Buffer[]
  manifests: StoredManifest[]
  /** Digest of the last manifest. */
  digest: Digest
  variants: { platform: Platform; digest: Digest; layers: ImageLayer[] }[]
}

export type OciImageOptions = {
  platforms?: Platform[]
  /** Contents of the layers; each platform gets its own. */
  layers?: string[]
  /** A bare manifest for one platform, as `docker push` and `provenance: false` make it. */
  bare?: boolean
  /** Docker's own media types instead of OCI's. */
  docker?: boolean
  /** Puts an attestation in front of the variants, where a careless client would take it. */
  attestation?: boolean
}

/** Builds an image as Buildx pushes it: one manifest per platform and an index over them. */
export function buildOciImage(options: OciImageOptions = {}): OciImage {
  const {
    platforms = [AMD64],
    layers = ['layer'],
    bare = false,
    docker = false,
    attestation = false,
  } = options
  const types = docker ? DOCKER_TYPES : OCI_TYPES
  const blobs: Buffer[] = []
  const manifests: StoredManifest[] = []
  const entries: object[] = []
  const variants: OciImage['variants'] = []

  function add(config: object, texts: string[]) {
    const configBlob = Buffer.from(JSON.stringify(config))
    const layerBlobs = texts.map((text) => Buffer.from(text))
    blobs.push(configBlob, ...layerBlobs)
    const body = {
      config: describe(types.config, configBlob),
      layers: layerBlobs.map((blob) => describe(types.layer, blob)),
    }
    const manifest = store(types.manifest, body)
    manifests.push(manifest)
    return { manifest, layers: layerBlobs.map((blob) => ({ digest: sha256(blob), sizeBytes: blob.length })) }
  }

  if (attestation) {
    const { manifest } = add({ os: 'unknown', architecture: 'unknown' }, [
      '{"predicateType":"https://slsa.dev/provenance/v1"}',
    ])
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' }
    entries.push({
      ...describe(types.manifest, manifest.body),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations,
    })
  }
  for (const platform of platforms) {
    const rootfs = { type: 'layers', diff_ids: layers.map((text) => sha256(Buffer.from(text))) }
    const added = add(
      { ...platform, config: {}, rootfs },
      layers.map((text) => `${text} ${JSON.stringify(platform)}`),
    )
    entries.push({ ...describe(types.manifest, added.manifest.body), platform })
    const withUnpacked = added.layers.map((layer, index) => ({
      ...layer,
      unpackedDigest: rootfs.diff_ids[index],
    }))
    variants.push({ platform, digest: added.manifest.digest, layers: withUnpacked })
  }
  if (!bare) manifests.push(store(types.index, { manifests: entries }))
  return { blobs, manifests, variants, digest: manifests.at(-1)?.digest ?? sha256(Buffer.alloc(0)) }
}

export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' }
export const ARM64: Platform = { os: 'linux', architecture: 'arm64' }

function store(mediaType: string, content: object): StoredManifest {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }))
  return { mediaType, body, digest: sha256(body) }
}

function describe(mediaType: string, bytes: Buffer) {
  return { mediaType, digest: sha256(bytes), size: bytes.length }
}

const OCI_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
}

const DOCKER_TYPES = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}
