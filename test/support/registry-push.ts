import type { OciImage } from './oci-image.ts'
import { sha256 } from './oci-image.ts'
import type { RegistrySubject } from '../contract/registry-contract.ts'

export type PushTarget = {
  /** `http://127.0.0.1:5000`. */
  baseUrl: string
  /** Header that lets images be pushed, where the registry wants one. */
  authorization?: string
}

/** Pushes an image as https://github.com/opencontainers/distribution-spec says, so that any real registry can be a subject. */
export async function pushImage(
  target: PushTarget,
  ...[repository, tag, image]: Parameters<RegistrySubject['push']>
) {
  for (const blob of image.blobs) await pushBlob(target, repository, blob)
  await pushManifests(target, repository, { tag, image })
}

async function pushBlob(target: PushTarget, repository: string, blob: Buffer): Promise<void> {
  const started = await send(target, `/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(started.headers.get('location') ?? '', target.baseUrl)
  location.searchParams.set('digest', sha256(blob))
  const headers = { 'content-type': 'application/octet-stream' }
  await send(target, location.href, { method: 'PUT', headers, body: new Uint8Array(blob) })
}

async function pushManifests(
  target: PushTarget,
  repository: string,
  { tag, image }: { tag: string; image: OciImage },
) {
  for (const { digest, mediaType, body } of image.manifests) {
    const name = digest === image.digest ? tag : digest
    const headers = { 'content-type': mediaType }
    await send(target, `/v2/${repository}/manifests/${name}`, {
      method: 'PUT',
      headers,
      body: new Uint8Array(body),
    })
  }
}

async function send(
  { baseUrl, authorization }: PushTarget,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const headers = new Headers(init.headers)
  if (authorization !== undefined) headers.set('authorization', authorization)
  const response = await fetch(new URL(path, baseUrl), { ...init, headers })
  if (!response.ok) throw new Error(`${response.status} for ${init.method} ${path}: ${await response.text()}`)
  return response
}
