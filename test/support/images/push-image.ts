import { readFile } from 'node:fs/promises'
import type { Descriptor, StoredManifest } from './image-store.ts'
import { blobPath } from './image-store.ts'

type Manifest = { config?: Descriptor; layers?: Descriptor[]; manifests?: Descriptor[] }

/** A registry that takes pushes from anyone, over plain HTTP. */
export class PushRegistry {
  private readonly base: string
  /** Which repository a blob was last seen in: other repositories of the registry can mount it from there. */
  private readonly whereBlobIs = new Map<string, string>()

  /** `host` is a name or address with a port, for instance `127.0.0.1:5000`. */
  constructor(host: string) {
    this.base = `http://${host}/v2`
  }

  /** Pushes an image of the store with everything it consists of, and names it. Throws when the registry refuses. */
  async push(repository: string, tag: string, image: StoredManifest): Promise<void> {
    if (await this.hasManifest(repository, tag, image)) return
    await this.pushContents(repository, image)
    await this.putManifest(repository, tag, image)
  }

  /** Lets a tag name an image that the repository has under another tag, as a build of `latest` does. */
  async moveTag(repository: string, tag: string, to: string): Promise<string> {
    const accept = [ociTypes, dockerTypes].join(', ')
    const found = await this.ask(`${repository}/manifests/${to}`, { headers: { accept } }, [200])
    const headers = { 'content-type': found.headers.get('content-type') ?? '' }
    const body = Buffer.from(await found.arrayBuffer())
    await this.ask(`${repository}/manifests/${tag}`, { method: 'PUT', headers, body }, [201])
    return found.headers.get('docker-content-digest') ?? ''
  }

  private async hasManifest(repository: string, tag: string, image: StoredManifest): Promise<boolean> {
    const options = { method: 'HEAD', headers: { accept: image.mediaType } }
    const response = await this.ask(`${repository}/manifests/${tag}`, options, [200, 404])
    return response.headers.get('docker-content-digest') === image.digest
  }

  private async pushContents(repository: string, image: StoredManifest): Promise<void> {
    const manifest = JSON.parse(await readFile(blobPath(image.digest), 'utf8')) as Manifest
    for (const child of manifest.manifests ?? []) {
      await this.pushContents(repository, child)
      await this.putManifest(repository, child.digest, child)
    }
    const blobs = [...(manifest.layers ?? []), ...(manifest.config ? [manifest.config] : [])]
    await Promise.all(blobs.map((blob) => this.pushBlob(repository, blob.digest)))
  }

  private async pushBlob(repository: string, digest: string): Promise<void> {
    const there = await this.ask(`${repository}/blobs/${digest}`, { method: 'HEAD' }, [200, 404])
    const from = this.whereBlobIs.get(digest)
    this.whereBlobIs.set(digest, repository)
    if (there.status === 200) return
    const mount = from === undefined ? '' : `?mount=${digest}&from=${from}`
    const started = await this.ask(`${repository}/blobs/uploads/${mount}`, { method: 'POST' }, [201, 202])
    if (started.status === 201) return
    const location = new URL(started.headers.get('location') ?? '', `${this.base}/`)
    location.searchParams.set('digest', digest)
    const headers = { 'content-type': 'application/octet-stream' }
    await this.ask(location.href, { method: 'PUT', headers, body: await readFile(blobPath(digest)) }, [201])
  }

  private async putManifest(repository: string, reference: string, image: StoredManifest): Promise<void> {
    const body = await readFile(blobPath(image.digest))
    const headers = { 'content-type': image.mediaType }
    await this.ask(`${repository}/manifests/${reference}`, { method: 'PUT', headers, body }, [201])
  }

  private async ask(path: string, options: RequestInit, expected: readonly number[]): Promise<Response> {
    const url = path.startsWith('http') ? path : `${this.base}/${path}`
    const response = await fetch(url, options)
    if (expected.includes(response.status)) return response
    throw new Error(`${options.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`)
  }
}

const ociTypes = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
const dockerTypes = 'application/vnd.docker.distribution.manifest.v2+json'
