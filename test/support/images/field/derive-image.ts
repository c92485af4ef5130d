import { digestOf, type Layer } from './layer.ts'

/** An image's `config`, as the Engine writes it; what is undefined stays as the base image has it. */
export type ImageSettings = {
  User?: string
  /** Added to those of the base image, `NAME=value`. */
  Env?: readonly string[]
  ExposedPorts?: Readonly<Record<string, object>>
  Volumes?: Readonly<Record<string, object>>
  Entrypoint?: readonly string[]
  Cmd?: readonly string[]
  WorkingDir?: string
  StopSignal?: string
  Healthcheck?: { Test: readonly string[]; Interval?: number; StartPeriod?: number; Retries?: number }
}

export type DerivedImage = {
  /** HOST:PORT of a registry that takes pushes without a login. */
  pushHost: string
  repository: string
  tag: string
  /** Image of the same registry that it is built on; without one it has its own layers only. */
  from?: { repository: string; tag: string }
  layers?: readonly Layer[]
  settings: ImageSettings
}

type Descriptor = { mediaType: string; digest: string; size: number }
type Config = {
  os: string
  architecture: string
  config?: Record<string, unknown> & { Env?: string[] }
  rootfs: { type: string; diff_ids: string[] }
}
type Base = { layers: Descriptor[]; config: Config }

const types = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}
const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  types.manifest,
].join(', ')

/**
 * Pushes an image that differs from another by some layers and its configuration. No Engine takes part, and what both have
 * in common is not sent again: it takes some milliseconds.
 * @throws when the registry refuses, or does not have the base image
 */
export async function pushDerivedImage(image: DerivedImage): Promise<void> {
  const { pushHost, repository, tag, from, layers = [], settings } = image
  const registry = `http://${pushHost}/v2`
  const base = from === undefined ? emptyBase() : await readBase(`${registry}/${from.repository}`, from.tag)
  const config = Buffer.from(JSON.stringify(configOf(base.config, layers, settings)))
  for (const { digest } of from === undefined ? [] : base.layers)
    await mustHave(registry, repository, { digest, from: from?.repository ?? '' })
  for (const { digest, bytes } of layers) await pushBlob(registry, repository, { digest, bytes })
  await pushBlob(registry, repository, { digest: digestOf(config), bytes: config })
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: [
      ...base.layers.map((layer) => ({ ...layer, mediaType: types.layer })),
      ...layers.map(({ digest, bytes }) => ({ mediaType: types.layer, digest, size: bytes.length })),
    ],
  }
  const headers = { 'content-type': types.manifest }
  await ask(`${registry}/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(manifest),
  })
}

function configOf(base: Config, layers: readonly Layer[], settings: ImageSettings): Config {
  return {
    os: base.os,
    architecture: base.architecture,
    config: { ...base.config, ...settings, Env: mergeEnv(base.config?.Env ?? [], settings.Env ?? []) },
    rootfs: { type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
  }
}

/** A name that is there twice means one thing to one program and another to the next. */
function mergeEnv(base: readonly string[], added: readonly string[]): string[] {
  const values = new Map([...base, ...added].map((line) => [line.slice(0, line.indexOf('=')), line]))
  return [...values.values()]
}

function emptyBase(): Base {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  return { layers: [], config: { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [] } } }
}

/** Every image here is for one platform; its index has an attestation beside it. */
async function readBase(url: string, tag: string): Promise<Base> {
  const named = await readManifest(url, tag)
  const child = named.manifests?.find(({ platform }) => platform.os === 'linux')
  const manifest = child === undefined ? named : await readManifest(url, child.digest)
  const answer = await ask(`${url}/blobs/${manifest.config.digest}`, {})
  return { layers: manifest.layers, config: (await answer.json()) as Config }
}

async function readManifest(url: string, name: string) {
  const answer = await ask(`${url}/manifests/${name}`, { headers: { accept: accepted } })
  return (await answer.json()) as {
    config: Descriptor
    layers: Descriptor[]
    manifests?: { digest: string; platform: { os: string } }[]
  }
}

/** Gives a repository a blob that another one of the registry has. */
async function mustHave(
  registry: string,
  repository: string,
  blob: { digest: string; from: string },
): Promise<void> {
  const query = `mount=${blob.digest}&from=${blob.from}`
  const answer = await ask(`${registry}/${repository}/blobs/uploads/?${query}`, { method: 'POST' })
  if (answer.status !== 201) throw new Error(`${blob.digest} was not found in ${blob.from}`)
}

async function pushBlob(
  registry: string,
  repository: string,
  blob: { digest: string; bytes: Buffer },
): Promise<void> {
  const there = await fetch(`${registry}/${repository}/blobs/${blob.digest}`, { method: 'HEAD' })
  if (there.ok) return
  const started = await ask(`${registry}/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(started.headers.get('location') ?? '', `${registry}/`)
  location.searchParams.set('digest', blob.digest)
  const headers = { 'content-type': 'application/octet-stream' }
  await ask(location.href, { method: 'PUT', headers, body: new Uint8Array(blob.bytes) })
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init)
  if (answer.ok) return answer
  throw new Error(`${init.method ?? 'GET'} ${url}: ${answer.status} ${await answer.text()}`)
}
