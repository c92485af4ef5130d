import { isDigest, type Digest, type ImageReference } from '../../deploy/model/image-reference.ts'
import type { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { retry } from '../../shared/retry.ts'
import { digestOf, MANIFEST_TYPES, parseManifest, type Manifest } from './manifest.ts'
import type { Endpoint } from './registry-endpoint.ts'
import { breakOff } from './registry-failure.ts'
import type { HttpAnswer } from './registry-http.ts'
import type { RegistrySession } from './registry-session.ts'
import type { TagReader } from './tag-reader.ts'
import { imageMissing, tagMissing } from './tag-missing.ts'

export type ImageRequest = { endpoint: Endpoint; reference: ImageReference; signal?: AbortSignal }

export type ManifestReader = {
  /** The manifest of the reference's tag or digest. Throws TAG_NOT_FOUND and the REGISTRY_… codes. */
  named(request: ImageRequest): Promise<{ digest: Digest; manifest: Manifest }>
  /** Only its digest, which is cheaper for the registry. */
  digest(request: ImageRequest): Promise<Digest>
  /** The manifest of the reference, byte for byte as in the registry. */
  raw(request: ImageRequest): Promise<{ type: string; body: Uint8Array<ArrayBuffer> }>
  /** A manifest that an index refers to; undefined if the registry does not have it. */
  child(request: ImageRequest, digest: Digest): Promise<Manifest | undefined>
}

export type ManifestReaderOptions = {
  session: RegistrySession
  tags: TagReader
  clock: Clock
  limits: { newTagMs: number; hintMs: number }
}

/** A longer manifest is refused; registries refuse more than 4 MiB. */
const MANIFEST_BYTES = 8 * 1024 ** 2

export function createManifestReader({
  session,
  tags,
  clock,
  limits,
}: ManifestReaderOptions): ManifestReader {
  /** The content of a digest never changes, so it is read once. */
  const known = new Map<Digest, Manifest>()

  async function named(request: ImageRequest) {
    const { answer, body } = await find(request, 'GET')
    const digest = verifiedDigest(request, answer, body)
    return { digest, manifest: remember(digest, body, renderName(request)) }
  }

  async function digest(request: ImageRequest): Promise<Digest> {
    const { answer } = await find(request, 'HEAD')
    const said = answer.headers.get(DIGEST_HEADER) ?? ''
    return isDigest(said) ? said : (await named(request)).digest
  }

  async function raw(request: ImageRequest) {
    const { answer, body } = await find(request, 'GET')
    verifiedDigest(request, answer, body)
    return { type: answer.headers.get('content-type') ?? '', body }
  }

  async function child(request: ImageRequest, digest: Digest): Promise<Manifest | undefined> {
    const seen = known.get(digest)
    if (seen !== undefined) return seen
    const answer = await ask(request, digest, 'GET')
    if (answer.status === 404) return undefined
    verify(request, digest, digestOf(answer.body))
    return remember(digest, answer.body, renderName(request))
  }

  async function find(request: ImageRequest, method: 'GET' | 'HEAD') {
    const { tag = 'latest', digest } = request.reference
    const attempt = async () => {
      const answer = await ask(request, digest ?? tag, method)
      if (answer.status === 404) throw new NotFound()
      return { answer, body: answer.body }
    }
    try {
      return await retry(attempt, { clock, ...newTagPatience(limits.newTagMs), signal: request.signal })
    } catch (error) {
      throw error instanceof NotFound ? await whatIsMissing(request) : error
    }
  }

  async function whatIsMissing({ endpoint, reference, signal }: ImageRequest): Promise<DrayError> {
    if (reference.digest !== undefined) return tagMissing(endpoint, reference, [])
    const { repository } = reference
    const newest = await tags.newestWithin({ endpoint, repository, signal }, 5, { clock, ms: limits.hintMs })
    return newest === 'no such repository'
      ? imageMissing(endpoint, reference)
      : tagMissing(endpoint, reference, newest)
  }

  function ask({ endpoint, reference, signal }: ImageRequest, name: string, method: 'GET' | 'HEAD') {
    const { repository } = reference
    const path = `manifests/${name}`
    return session.ask({
      endpoint,
      repository,
      path,
      method,
      accept: MANIFEST_TYPES,
      maxBytes: MANIFEST_BYTES,
      signal,
    })
  }

  function remember(digest: Digest, body: Uint8Array, name: string): Manifest {
    const manifest = known.get(digest) ?? parseManifest(body, name)
    known.set(digest, manifest)
    return manifest
  }

  return { named, digest, raw, child }
}

/** The digests of the bytes, of the registry's header and of the reference must be the same. */
function verifiedDigest(request: ImageRequest, answer: HttpAnswer, body: Uint8Array): Digest {
  const digest = digestOf(body)
  const said = answer.headers.get(DIGEST_HEADER)
  if (said?.startsWith('sha256:')) verify(request, said, digest)
  if (request.reference.digest !== undefined) verify(request, request.reference.digest, digest)
  return digest
}

function verify({ endpoint, reference }: ImageRequest, expected: string, actual: Digest): void {
  if (expected === actual) return
  const what = `for ${reference.repository} is wrong`
  throw breakOff(endpoint.host, `${what}: its digest is ${actual}, not ${expected}`)
}

/** For messages: the request to this endpoint, with the relevant tag. */
function renderName({ endpoint, reference }: ImageRequest): string {
  const { repository, tag = 'latest', digest } = reference
  return `${endpoint.host}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`
}

function newTagPatience(newTagMs: number) {
  const isTemporary = (error: unknown) => error instanceof NotFound
  return {
    deadlineMs: newTagMs,
    attempts: newTagMs > 0 ? Infinity : 1,
    firstDelayMs: 200,
    maxDelayMs: 2_000,
    isTemporary,
  }
}

class NotFound extends Error {}

const DIGEST_HEADER = 'docker-content-digest'
