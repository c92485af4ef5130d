import type { Digest, ImageReference } from '../../deploy/model/image-reference.ts'
import type { Credentials, Platform, Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { ManifestLinks } from '../../operations/images/package-version.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { createImageResolver } from './image-resolver.ts'
import { readLinks } from './manifest-links.ts'
import { createManifestReader } from './manifest-reader.ts'
import { endpointsOf, type Endpoint } from './registry-endpoint.ts'
import type { Fetch } from '../http/http-fetch.ts'
import { createHttp } from './registry-http.ts'
import { createSession } from './registry-session.ts'
import { createTagReader } from './tag-reader.ts'
import { putTag } from './tag-writer.ts'
import type { TokenServiceOptions } from './token-service.ts'

export type RegistryLimits = {
  /** Time limit from a request to the head of its answer. */
  answerMs: number
  /** Time limit of a whole request. */
  requestMs: number
  /** How long a temporary failure is retried. */
  retryForMs: number
  /** How long to wait for a missing tag: GHCR may show a tag shortly after its push. */
  newTagMs: number
  /** Time limit for reading the tags of a hint. */
  hintMs: number
}

export type RegistryClientOptions = {
  /** Login per registry host; called for each request, so it should cache. */
  credentials: (host: string) => Promise<Credentials | undefined>
  /** Hosts used without TLS, in addition to loopback addresses. */
  insecure: ReadonlySet<string>
  /** Base URL of a registry's mirror, tried first; may be pending, and its rejection counts. */
  mirrorOf?: (registry: string) => Promise<string | undefined> | undefined
  clock: Clock
  fetch?: Fetch
  limits?: Partial<RegistryLimits>
} & Pick<TokenServiceOptions, 'onForeignService'>

export type Repository = Pick<ImageReference, 'registry' | 'repository'>

export type RegistryClient = Registry & {
  /** The platform may be pending: the manifest is requested meanwhile. */
  resolve(
    reference: ImageReference,
    platform: Platform | Promise<Platform>,
    signal?: AbortSignal,
  ): Promise<ResolvedImage>
  /**
   * Connects to a registry and learns its authentication, so that the first image need not wait for it. Never throws: a
   * failure appears with the first image.
   */
  ping(registry: string, signal?: AbortSignal): Promise<void>
  /** The present content of a reference. Registries do not count this as a download. Throws as `resolve` does. */
  digest(reference: ImageReference, signal?: AbortSignal): Promise<Digest>
  /**
   * Adds a tag to the image of a digest, in the registry itself. Throws TAG_NOT_FOUND if there is no such image, and the
   * REGISTRY_… codes.
   */
  tag(reference: ImageReference & { digest: Digest }, tag: string, signal?: AbortSignal): Promise<void>
  /** The references in the manifest of a digest; undefined if the registry does not have it. Throws as `resolve` does. */
  links(image: Repository & { digest: Digest }, signal?: AbortSignal): Promise<ManifestLinks | undefined>
  /** Every tag, in the registry's order: oldest first on GHCR, by name elsewhere. Throws the REGISTRY_… codes. */
  tags(repository: Repository, signal?: AbortSignal): Promise<string[]>
  /**
   * A new token that allows to pull this repository, for minutes; undefined if no login is needed. Throws SWARM_LOGIN_BASIC if
   * the registry has no token service, and the REGISTRY_… codes.
   */
  pullToken(repository: Repository, signal?: AbortSignal): Promise<Secret | undefined>
  /** The last `count` of `tags`, newest first, without those of signatures and attestations. */
  newestTags(repository: Repository, count: number, signal?: AbortSignal): Promise<string[]>
}

/**
 * Client for registries that follow the OCI distribution specification
 * (https://github.com/opencontainers/distribution-spec), including the peculiarities of GHCR and Docker Hub.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { credentials, clock, onForeignService } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const http = createHttp({ fetch: options.fetch, clock, ...limits })
  const session = createSession({ http, credentials, clock, retryForMs: limits.retryForMs, onForeignService })
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
    pullToken: async ({ registry, repository }, signal) => {
      const [endpoint] = endpointsOf(registry, { insecure: options.insecure })
      return endpoint && session.pullToken({ endpoint, repository, signal })
    },
    credentials: async (host) => {
      const login = await credentials(host)
      // If no login is needed, the Engine must not send one that the registry has rejected.
      return session.isRefused(host) ? undefined : login
    },
  }
}

/** Tries a mirror and then the registry. A registry's answer takes precedence over an unreachable endpoint. */
async function firstToAnswer<T>(
  endpoints: readonly Endpoint[],
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const [endpoint, ...others] = endpoints
  if (endpoint === undefined) throw new Error('The registry has no endpoint.')
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
