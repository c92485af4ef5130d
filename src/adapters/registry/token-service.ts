import * as z from 'zod'
import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import { tokenScope, type Access, type Challenge } from './auth-challenge.ts'
import type { Endpoint } from './registry-endpoint.ts'
import { failureOf } from './registry-failure.ts'
import type { Http, HttpRequest } from './registry-http.ts'
import { isSameSite } from './same-site.ts'

type Token = { value: Secret; freshUntilMs: number }

export type TokenRequest = {
  endpoint: Endpoint
  challenge: Extract<Challenge, { scheme: 'bearer' }>
  repository: string
  /** Read access by default. */
  access?: Access
  login: Credentials | undefined
  signal?: AbortSignal
}

export type TokenService = {
  /** A token for the requested access. Throws the REGISTRY_… codes. */
  token(request: TokenRequest): Promise<Secret>
  /** Reports a token that the registry no longer accepts; the next one will be new. */
  forget(request: TokenRequest): void
}

/** A registry's token service that is in another domain than the registry. */
export type ForeignService = { registry: string; service: string }

export type TokenServiceOptions = {
  http: Http
  clock: Clock
  /** Called once for each such service, before it gets the login. */
  onForeignService?: ((it: ForeignService) => void) | undefined
}

/** Fetches and caches tokens per repository and access: https://distribution.github.io/distribution/spec/auth/token/. */
export function createTokenService({ http, clock, onForeignService }: TokenServiceOptions): TokenService {
  const kept = new Map<string, Token>()
  const told = new Set<string>()
  const tellOfForeign = ({ endpoint, challenge, login }: TokenRequest): void => {
    const { hostname, host } = new URL(challenge.realm)
    if (login === undefined || isSameSite(new URL(endpoint.baseUrl).hostname, hostname)) return
    if (told.has(`${endpoint.host} ${host}`)) return
    told.add(`${endpoint.host} ${host}`)
    onForeignService?.({ registry: endpoint.host, service: host })
  }
  return {
    async token(request) {
      const key = keyOf(request)
      const known = kept.get(key)
      if (known !== undefined && clock.now() < known.freshUntilMs) return known.value
      tokenUrl(request)
      tellOfForeign(request)
      const token = await fetchToken(request, { http, clock })
      kept.set(key, token)
      return token.value
    },
    forget(request) {
      kept.delete(keyOf(request))
    },
  }
}

/** User name under which Docker's credential helpers store an OAuth refresh token. */
export const IDENTITY_TOKEN_USER = '<token>'

function keyOf({ endpoint, repository, access = 'pull', login }: TokenRequest): string {
  return `${endpoint.baseUrl} ${repository} ${access} ${login === undefined ? 'anonymous' : 'login'}`
}

async function fetchToken(
  request: TokenRequest,
  { http, clock }: { http: Http; clock: Clock },
): Promise<Token> {
  const { endpoint, repository, login } = request
  const answer = await http({
    ...tokenCall(request),
    host: endpoint.host,
    maxBytes: 1024 ** 2,
    signal: request.signal,
  })
  if (answer.status >= 400) {
    const context = { host: endpoint.host, repository, nowMs: clock.now(), login }
    throw failureOf(answer, context)
  }
  const parsed = tokenAnswer.safeParse(parseJson(answer.body))
  const value = parsed.data?.token ?? parsed.data?.access_token
  if (value === undefined) {
    throw new DrayError('REGISTRY_FAILED', `The token service of ${endpoint.host} returned no token.`)
  }
  const lifeMs = (parsed.data?.expires_in ?? DEFAULT_LIFE_S) * 1000
  return { value, freshUntilMs: clock.now() + Math.max(lifeMs - SPARE_MS, lifeMs / 2) }
}

function tokenCall(
  request: TokenRequest,
): Pick<HttpRequest, 'url' | 'method' | 'headers' | 'authorization' | 'body'> {
  const { challenge, repository, access = 'pull', login } = request
  const url = tokenUrl(request)
  const scope = tokenScope(repository, access, challenge.scope)
  const params = new URLSearchParams({
    ...(challenge.service !== undefined && { service: challenge.service }),
    scope,
  })
  if (login?.username === IDENTITY_TOKEN_USER) {
    params.set('grant_type', 'refresh_token')
    params.set('client_id', 'dray')
    params.set('refresh_token', login.password.reveal())
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { url: url.href, method: 'POST', headers, body: new Secret(params.toString()) }
  }
  for (const [name, value] of params) url.searchParams.set(name, value)
  return { url: url.href, authorization: login && { scheme: 'basic', ...login } }
}

/** The login is sent to the address that the registry names, so that address must be as secure as the registry. */
function tokenUrl({ endpoint, challenge }: TokenRequest): URL {
  const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined
  const plain = endpoint.baseUrl.startsWith('http:')
  if (url?.protocol === 'https:' || (plain && url?.protocol === 'http:')) return url
  throw new DrayError(
    'REGISTRY_FAILED',
    `${endpoint.host} names a token service that is not secure enough to send the login to.`,
  )
}

/** Visible ASCII only: other characters are not valid in a header. */
const tokenText = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .transform((text) => new Secret(text))
const tokenAnswer = z.object({
  token: tokenText.optional().catch(undefined),
  access_token: tokenText.optional().catch(undefined),
  expires_in: z.number().positive().optional().catch(undefined),
})

/** Default of the token specification for an answer without `expires_in`, such as GHCR's. */
const DEFAULT_LIFE_S = 60
/** A token is not used in its last seconds, so that it does not expire during a request. */
const SPARE_MS = 10_000
