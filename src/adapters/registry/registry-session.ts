import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { retry } from '../../shared/retry.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { parseChallenge, type Access, type Challenge } from './auth-challenge.ts'
import type { Endpoint } from './registry-endpoint.ts'
import { failureOf, RateLimited, staleLogin } from './registry-failure.ts'
import type { Authorization, Http, HttpAnswer } from './registry-http.ts'
import { createTokenService, type TokenServiceOptions } from './token-service.ts'

export type RegistryRequest = {
  endpoint: Endpoint
  repository: string
  /** Path after `/v2/REPOSITORY/`, or a complete URL on the same endpoint. */
  path: string
  method?: 'GET' | 'HEAD' | 'PUT'
  /** Read access by default. */
  access?: Access
  accept?: string
  /** Content to upload. */
  content?: { type: string; body: Uint8Array<ArrayBuffer> }
  maxBytes: number
  signal?: AbortSignal
}

export type SessionOptions = {
  http: Http
  credentials: (host: string) => Promise<Credentials | undefined>
  clock: Clock
  /** How long a temporary failure is retried. */
  retryForMs: number
} & Pick<TokenServiceOptions, 'onForeignService'>

export type RegistrySession = {
  /**
   * Sends the API version check (https://distribution.github.io/distribution/spec/api/#api-version-check) and stores the
   * challenge of its answer. Throws as a request does.
   */
  ping(endpoint: Endpoint, signal?: AbortSignal): Promise<void>
  /** An answer that is a success or 404. Throws the REGISTRY_… codes. */
  ask(request: RegistryRequest): Promise<HttpAnswer>
  /**
   * A new token of the registry's token service that allows to pull a repository; undefined if no login is needed for it.
   * Throws SWARM_LOGIN_BASIC if the registry takes the login itself, and the REGISTRY_… codes.
   */
  pullToken(request: Pick<RegistryRequest, 'endpoint' | 'repository' | 'signal'>): Promise<Secret | undefined>
  /** Whether every use of this host's login was rejected. */
  isRefused(host: string): boolean
}

/**
 * Requests to registries with the authentication that each requires. A request with a rejected login is repeated without
 * it: GHCR rejects an outdated one even for public images (https://github.com/akuity/kargo/pull/778).
 */
export function createSession(options: SessionOptions): RegistrySession {
  const { http, credentials, clock, retryForMs, onForeignService } = options
  const tokens = createTokenService({ http, clock, onForeignService })
  const challenges = new Map<string, Challenge>()
  const refused = new Set<string>()
  const accepted = new Set<string>()

  async function ping({ host, baseUrl }: Endpoint, signal?: AbortSignal): Promise<void> {
    const answer = await http({ host, url: `${baseUrl}/v2/`, maxBytes: 64 * 1024, signal })
    const challenge =
      answer.status === 401 ? parseChallenge(answer.headers.get('www-authenticate')) : undefined
    if (challenge !== undefined && !challenges.has(baseUrl)) challenges.set(baseUrl, challenge)
  }

  function ask(request: RegistryRequest): Promise<HttpAnswer> {
    const waitOf = (error: unknown) => (error instanceof RateLimited ? error.retryAfterMs : undefined)
    const limits = { clock, deadlineMs: retryForMs, waitOf, signal: request.signal }
    return retry(() => askWithLogin(request), limits)
  }

  async function askWithLogin(request: RegistryRequest): Promise<HttpAnswer> {
    const { endpoint, repository } = request
    const place = `${endpoint.baseUrl}/${repository}`
    const login = refused.has(place) ? undefined : await credentials(endpoint.host)
    if (login === undefined) return askAs(undefined, request)
    try {
      const answer = await askAs(login, request)
      accepted.add(endpoint.host)
      return answer
    } catch (error) {
      if (!isRefusal(error)) throw error
      const answer = await askWithout({ refusal: error, login }, request)
      refused.add(place)
      return answer
    }
  }

  async function askWithout(
    { refusal, login }: { refusal: DrayError; login: Credentials },
    request: RegistryRequest,
  ): Promise<HttpAnswer> {
    try {
      return await askAs(undefined, request)
    } catch (error) {
      throw isRefusal(error) ? staleLogin(request, login, refusal) : error
    }
  }

  async function askAs(login: Credentials | undefined, request: RegistryRequest): Promise<HttpAnswer> {
    const first = await send(login, request)
    if (first.status !== 401) return accept(first, login, request)
    const challenge = parseChallenge(first.headers.get('www-authenticate'))
    if (challenge === undefined || (challenge.scheme === 'basic' && login === undefined)) {
      return accept(first, login, request)
    }
    if (challenge.scheme === 'bearer') tokens.forget({ ...request, challenge, login })
    challenges.set(request.endpoint.baseUrl, challenge)
    return accept(await send(login, request), login, request)
  }

  async function send(login: Credentials | undefined, request: RegistryRequest): Promise<HttpAnswer> {
    const { endpoint, repository, path, method, accept, content, maxBytes, signal } = request
    const authorization = await authorizationFor(login, request)
    const url = path.includes('://') ? path : `${endpoint.baseUrl}/v2/${repository}/${path}`
    const headers = {
      ...(accept !== undefined && { accept }),
      ...(content !== undefined && { 'content-type': content.type }),
    }
    return http({
      host: endpoint.host,
      url,
      method,
      headers,
      authorization,
      body: content?.body,
      maxBytes,
      signal,
    })
  }

  async function authorizationFor(
    login: Credentials | undefined,
    request: RegistryRequest,
  ): Promise<Authorization | undefined> {
    const challenge = challenges.get(request.endpoint.baseUrl)
    if (challenge === undefined) return undefined
    if (challenge.scheme === 'bearer')
      return { scheme: 'bearer', token: await tokens.token({ ...request, challenge, login }) }
    return login && { scheme: 'basic', ...login }
  }

  function accept(answer: HttpAnswer, login: Credentials | undefined, request: RegistryRequest): HttpAnswer {
    if (answer.status < 400 || answer.status === 404) return answer
    const { endpoint, repository } = request
    throw failureOf(answer, {
      host: endpoint.host,
      repository,
      nowMs: clock.now(),
      login,
    })
  }

  async function pullToken(
    request: Pick<RegistryRequest, 'endpoint' | 'repository' | 'signal'>,
  ): Promise<Secret | undefined> {
    const { endpoint, repository, signal } = request
    const login = await credentials(endpoint.host)
    if (login === undefined || refused.has(`${endpoint.baseUrl}/${repository}`)) return undefined
    if (!challenges.has(endpoint.baseUrl)) await ping(endpoint, signal)
    const challenge = challenges.get(endpoint.baseUrl)
    if (challenge === undefined) return undefined
    if (challenge.scheme === 'basic') {
      throw new DrayError(
        'SWARM_LOGIN_BASIC',
        `${endpoint.host} has no token service, so the nodes of the swarm would have to get its password.`,
      )
    }
    const asked = { ...request, challenge, login }
    tokens.forget(asked)
    return tokens.token(asked)
  }

  return { ping, ask, pullToken, isRefused: (host) => !accepted.has(host) && refusedHosts(refused).has(host) }
}

function isRefusal(error: unknown): error is DrayError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'REGISTRY_UNAUTHORIZED' || code === 'REGISTRY_FORBIDDEN'
}

function refusedHosts(places: ReadonlySet<string>): Set<string> {
  return new Set([...places].map((place) => new URL(place).host))
}
