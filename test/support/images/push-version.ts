import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { tarOf } from '../../../src/adapters/directory/tar.ts'
import { pushImage } from '../registry-push.ts'
import { sha256, type StoredManifest } from '../oci-image.ts'

type Version = {
  /** `127.0.0.1:5000`: where images are pushed without a login. */
  pushHost: string
  repository: string
  tag: string
  /** Another tag of the repository that it is built on; without one it is nothing but its own layer. */
  from?: string
  /** Of its own layer, which no compression makes smaller. */
  bytes: number
  /** When it was built; now unless told. */
  createdAt?: string
}

type ImageManifest = {
  schemaVersion: number
  mediaType: string
  config: Descriptor
  layers: Descriptor[]
}
type Descriptor = { mediaType: string; digest: string; size: number }
type Config = { rootfs: { diff_ids: string[] }; history?: object[] } & Record<string, unknown>

const types = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}
const nothing: ImageManifest = {
  schemaVersion: 2,
  mediaType: types.manifest,
  config: { mediaType: types.config, digest: '', size: 0 },
  layers: [],
}

/** Pushes one more version of an image, as CI does with every commit: the same but for a layer of its own. */
export async function pushVersion(version: Version): Promise<void> {
  const { pushHost, repository, tag, from, bytes, createdAt = new Date().toISOString() } = version
  const baseUrl = `http://${pushHost}`
  const base = from === undefined ? undefined : await readImage(`${baseUrl}/v2/${repository}`, from)
  const tar = await tarOf([{ path: `version-${tag}`, content: randomBytes(bytes) }])
  const layer = gzipSync(tar)
  const config: Config = base?.config ?? emptyConfig()
  const grown = {
    ...config,
    created: createdAt,
    rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, sha256(tar)] },
    history: [...(config.history ?? []), { created: createdAt, created_by: `version ${tag}` }],
  }
  const configBlob = Buffer.from(JSON.stringify(grown))
  const manifest = base?.manifest ?? nothing
  const layerType = manifest.layers[0]?.mediaType ?? types.layer
  const body = Buffer.from(
    JSON.stringify({
      ...manifest,
      config: { ...manifest.config, digest: sha256(configBlob), size: configBlob.length },
      layers: [...manifest.layers, { mediaType: layerType, digest: sha256(layer), size: layer.length }],
    }),
  )
  const stored: StoredManifest = { mediaType: manifest.mediaType, body, digest: sha256(body) }
  await pushImage({ baseUrl }, repository, tag, {
    blobs: [configBlob, layer],
    manifests: [stored],
    digest: stored.digest,
    variants: [],
  })
}

async function readImage(url: string, tag: string): Promise<{ manifest: ImageManifest; config: Config }> {
  const named = await readManifest(url, tag)
  const child = named.manifests?.find(({ platform }) => platform.os === 'linux')
  const manifest = child === undefined ? named : await readManifest(url, child.digest)
  const answer = await fetch(`${url}/blobs/${manifest.config.digest}`)
  return { manifest, config: (await answer.json()) as Config }
}

async function readManifest(url: string, name: string) {
  const accept = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    types.manifest,
  ].join(', ')
  const answer = await fetch(`${url}/manifests/${name}`, { headers: { accept } })
  if (!answer.ok) throw new Error(`There is no ${name} at ${url}: ${answer.status}`)
  return (await answer.json()) as ImageManifest & {
    manifests?: { digest: string; platform: { os: string } }[]
  }
}

function emptyConfig(): Config {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  return { os: 'linux', architecture, config: {}, rootfs: { type: 'layers', diff_ids: [] } } as Config
}
