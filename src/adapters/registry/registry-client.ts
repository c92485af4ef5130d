import type { Digest, ImageReference } from '../../deploy/model/image-reference.ts'
import type { Credentials, Platform, Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ManifestLinks } from '../../operations/images/package-version.ts'
import type { Clock } from '../../shared/clock.ts'
import { createImageResolver } from './image-resolver.ts'
import { readLinks } from './manifest-links.ts'
import { createManifestReader } from './manifest-reader.ts'
import { endpointsOf, type Endpoint } from './registry-endpoint.ts'
import { createHttp, type Fetch } from './registry-http.ts'
import { createSession } from './registry-session.ts'
import { createTagReader } from './tag-reader.ts'
import { putTag } from './tag-writer.ts'

export type RegistryLimits = {
  /** From a request to the head of its answer. */
  answerMs: number
  /** The whole of a request. */
  requestMs: number
  /** How long a temporary failure is tried again. */
  retryForMs: number
  /** How long a tag that is not there is waited for: GHCR may show a tag a moment after its push. */
  newTagMs: number
  /** How long the tags for a hint may take. */
  hintMs: number
}

export type RegistryClientOptions = {
  /** Login per registry host; asked each time, so it should remember. */
  credentials: (host: string) => Promise<Credentials | undefined>
  /** Hosts that are spoken to without TLS, beside loopback addresses. */
  insecure: ReadonlySet<string>
  /** Base URL of a registry's mirror, asked first; may still be on its way, and then what it rejects with counts. */
  mirrorOf?: (registry: string) => Promise<string | undefined> | undefined
  clock: Clock
  fetch?: Fetch
  limits?: Partial<RegistryLimits>
}

export type Repository = Pick<ImageReference, 'registry' | 'repository'>

export type RegistryClient = Registry & {
  /** What it is for may still be on its way: a manifest is asked for meanwhile. */
  resolve(
    reference: ImageReference,
    platform: Platform | Promise<Platform>,
    signal?: AbortSignal,
  ): Promise<ResolvedImage>
  /**
   * Makes the connection to a registry and learns how it wants to be asked, so that the first image need not wait for it.
   * Never throws: what goes wrong shows when an image is asked for.
   */
  ping(registry: string, signal?: AbortSignal): Promise<void>
  /** What a reference names now. Registries do not count it as a download. Throws as `resolve` does. */
  digest(reference: ImageReference, signal?: AbortSignal): Promise<Digest>
  /**
   * Gives the image that a digest names a further tag, at the registry itself. Throws TAG_NOT_FOUND where there is no such
   * image, and the REGISTRY_… codes.
   */
  tag(reference: ImageReference & { digest: Digest }, tag: string, signal?: AbortSignal): Promise<void>
  /** What the manifest of a digest names; undefined where the registry does not have it. Throws as `resolve` does. */
  links(image: Repository & { digest: Digest }, signal?: AbortSignal): Promise<ManifestLinks | undefined>
  /** Every tag, in the registry's order: oldest first on GHCR, by name elsewhere. Throws the REGISTRY_… codes. */
  tags(repository: Repository, signal?: AbortSignal): Promise<string[]>
  /** The last `count` tags of `tags`, the newest first, without those that hold signatures and attestations. */
  newestTags(repository: Repository, count: number, signal?: AbortSignal): Promise<string[]>
}

/**
 * Client of registries that follow the OCI distribution specification
 * (https://github.com/opencontainers/distribution-spec), with the manners of GHCR and Docker Hub.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { credentials, clock } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const http = createHttp({ fetch: options.fetch ?? fetch, clock, ...limits })
  const session = createSession({ http, credentials, clock, retryForMs: limits.retryForMs })
  const tags = createTagReader(session)
  const manifests = createManifestReader({ session, tags, clock, limits })
  const images = createImageResolver({ session, manifests })

  async function inOrder<T>(registry: string, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const mirror = await options.mirrorOf?.(registry.toLowerCase())
    return firstToAnswer(endpointsOf(registry, { insecure: options.insecure, mirror }), ask)
  }

  return {
    ping: async (registry, signal) => {
      const endpoints = endpointsOf(registry, { insecure: options.insecure })
      await Promise.allSettled(endpoints.map((endpoint) => session.ping(endpoint, signal)))
    },
    resolve: (reference, platform, signal) =>
      inOrder(reference.registry, (endpoint) => images.resolve({ endpoint, reference, signal }, platform)),
    digest: (reference, signal) =>
      inOrder(reference.registry, (endpoint) => manifests.digest({ endpoint, reference, signal })),
    tag: async (reference, tag, signal) => {
      const [endpoint] = endpointsOf(reference.registry, { insecure: options.insecure })
      if (endpoint !== undefined) await putTag({ endpoint, reference, tag, signal }, { session, manifests })
    },
    links: ({ registry, repository, digest }, signal) =>
      inOrder(registry, (endpoint) => readLinks(session, { endpoint, repository, digest, signal })),
    tags: ({ registry, repository }, signal) =>
      inOrder(registry, (endpoint) => tags.all({ endpoint, repository, signal })),
    newestTags: ({ registry, repository }, count, signal) =>
      inOrder(registry, (endpoint) => tags.newest({ endpoint, repository, signal }, count)),
    credentials: async (host) => {
      const login = await credentials(host)
      // The engine would fail with a login that the registry has refused where none is needed.
      return session.isRefused(host) ? undefined : login
    },
  }
}

/** Asks a mirror and then the registry itself. What a registry said counts more than that another cannot be reached. */
async function firstToAnswer<T>(
  endpoints: readonly Endpoint[],
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const [endpoint, ...others] = endpoints
  if (endpoint === undefined) throw new Error('A registry is served somewhere.')
  try {
    return await ask(endpoint)
  } catch (error) {
    if (!(error instanceof DrayError) || others.length === 0) throw error
    return await firstToAnswer(others, ask).catch((later: unknown) => {
      throw later instanceof DrayError && later.code === 'REGISTRY_UNREACHABLE' ? error : later
    })
  }
}

const DEFAULT_LIMITS: RegistryLimits = {
  answerMs: 10_000,
  requestMs: 30_000,
  retryForMs: 20_000,
  newTagMs: 0,
  hintMs: 8_000,
}
