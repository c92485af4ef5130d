import { DrayError } from '../../errors/dray-error.ts'
import type { Credentials } from '../../deploy/model/ports.ts'
import { networkCode, type AnswerHeaders } from '../http/http-fetch.ts'
import { isGhcr, missingLoginHint, rejectedLoginHint } from './login-hint.ts'
import { parseRetryAfter } from './retry-after.ts'

/** The registry limits requests, and may have sent a waiting time. */
export class RateLimited extends DrayError {
  readonly retryAfterMs: number | undefined

  constructor(message: string, retryAfterMs: number | undefined) {
    const hint =
      retryAfterMs === undefined ? undefined : `Run the same command again ${renderWait(retryAfterMs)}.`
    super('REGISTRY_RATE_LIMITED', message, { temporary: true, hint })
    this.retryAfterMs = retryAfterMs
  }
}

type FailedAnswer = { status: number; headers: AnswerHeaders; body: Uint8Array }

export type FailureContext = {
  host: string
  /** The requested repository. */
  repository: string
  nowMs: number
  /** The login of the request. */
  login: Credentials | undefined
}

/** Converts an answer with status 400 or more to an error. Never quotes text that may contain a secret. */
export function failureOf(answer: FailedAnswer, context: FailureContext): DrayError {
  const { host, repository } = context
  const { status } = answer
  const said = Buffer.from(answer.body.subarray(0, 4096)).toString('utf8')
  // GHCR answers 403 for its secondary rate limit.
  if (status === 429 || (status === 403 && /rate limit/i.test(said)))
    return rateLimited(answer, said, context)
  if (status === 401) return unauthorized(context)
  if (status === 403) return forbidden(context)
  const reason = renderReason(said)
  // The words of nginx and of Go's server.
  const wantsTls = status === 400 && /HTTP request .*to (an )?HTTPS (port|server)/i.test(said)
  return new DrayError('REGISTRY_FAILED', `${host} answered ${status}${reason} for ${repository}.`, {
    hint: wantsTls ? PLAIN_HTTP : undefined,
    temporary: status >= 500 || status === 408 || status === 421,
  })
}

/** The login was rejected, and anonymous access is not possible either. */
export function staleLogin(
  { endpoint: { host }, repository }: { endpoint: { host: string }; repository: string },
  { passwordVariable }: Credentials,
  cause: DrayError,
): DrayError {
  const again = `The token may have expired. Set a new GITHUB_TOKEN, or log in again with \`docker login ${host}\`.`
  const anew = rejectedLoginHint(host, passwordVariable) ?? again
  const access = isGhcr(host)
    ? `a token with \`read:packages\`, and in Actions read access under "Manage Actions access" of the package`
    : 'a login with read access'
  return new DrayError(
    'REGISTRY_FORBIDDEN',
    `${host} rejected the login for ${repository}, and does not allow anonymous access.`,
    {
      hint: `${anew} If it is valid, ${repository} does not exist, or needs ${access}.`,
      cause,
    },
  )
}

function renderWait(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 10) return 'in a few seconds'
  return seconds < 120 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} minutes`
}

/** The hint for a registry that is asked over plain HTTP, and may expect TLS there. */
const PLAIN_HTTP =
  'dray asked over plain HTTP, since dray.yml has `insecure: true` for it, or it is on localhost. If the registry uses HTTPS, remove that.'

/** There was no answer. `why` is the error of the request, or how long it was waited for. */
export function noAnswer({ host, url }: { host: string; url: string }, why: unknown): DrayError {
  if (typeof why === 'string') {
    return new DrayError('REGISTRY_UNREACHABLE', `${host} did not answer within ${why}.`, { temporary: true })
  }
  const code = networkCode(why)
  const known = code === undefined ? undefined : NETWORK[code]
  const reason = known?.says ?? `the connection failed${code === undefined ? '' : ` (${code})`}`
  const isPlain =
    url.startsWith('http:') && (code === undefined || /^(ECONNRESET|UND_ERR_SOCKET|HPE_)/.test(code))
  return new DrayError('REGISTRY_UNREACHABLE', `${host} cannot be reached: ${reason}.`, {
    hint: isPlain ? PLAIN_HTTP : known?.hint,
    temporary: known?.temporary ?? true,
  })
}

/** The answer began, but is incomplete or wrong. */
export function breakOff(host: string, how: string, cause?: unknown): DrayError {
  return new DrayError('REGISTRY_FAILED', `The answer of ${host} ${how}.`, { temporary: true, cause })
}

function rateLimited(answer: FailedAnswer, said: string, { host, nowMs }: FailureContext): RateLimited {
  const waitMs = parseRetryAfter(answer.headers.get('retry-after'), said, nowMs)
  const until = waitMs === undefined || waitMs < 1000 ? '' : ` for ${Math.ceil(waitMs / 1000)} s`
  return new RateLimited(`${host} limits requests${until}.`, waitMs)
}

function unauthorized({ host, repository, login }: FailureContext): DrayError {
  if (login !== undefined)
    return new DrayError('REGISTRY_UNAUTHORIZED', `${host} rejected the login for ${repository}.`, {
      hint: rejectedLoginHint(host, login.passwordVariable),
    })
  if (isGhcr(host)) {
    return new DrayError('REGISTRY_UNAUTHORIZED', `${host}/${repository} is private or does not exist.`)
  }
  const hint = missingLoginHint(host)
  return new DrayError('REGISTRY_UNAUTHORIZED', `${host} requires a login for ${repository}.`, { hint })
}

function forbidden({ host, repository, login }: FailureContext): DrayError {
  const what = login === undefined ? 'denied anonymous access to' : 'denied this login access to'
  const hint =
    login === undefined
      ? `Log in with an account that can read ${repository}.`
      : rejectedLoginHint(host, login.passwordVariable)
  return new DrayError('REGISTRY_FORBIDDEN', `${host} ${what} ${repository}.`, { hint })
}

/** Only the code of the registry's error: its text is not trusted. */
function renderReason(said: string): string {
  const code = /"code"\s*:\s*"([A-Z_]{1,40})"/.exec(said)?.[1]
  return code === undefined ? '' : ` (${code})`
}

type NetworkFailure = { says: string; temporary: boolean; hint?: string }

const UNTRUSTED: NetworkFailure = {
  says: 'its certificate is not trusted here',
  temporary: false,
  hint: 'Set the certificate of its authority: `NODE_EXTRA_CA_CERTS=/path/to/ca.pem`.',
}

const NOT_TLS: NetworkFailure = {
  says: 'it does not use TLS',
  temporary: false,
  hint: 'If it uses plain HTTP, set `insecure: true` for it under `registries:` in dray.yml.',
}

const NETWORK: Readonly<Record<string, NetworkFailure>> = {
  ECONNREFUSED: { says: 'the connection was refused', temporary: true },
  ECONNRESET: { says: 'the connection was reset', temporary: true },
  UND_ERR_SOCKET: { says: 'the connection was closed', temporary: true },
  ETIMEDOUT: { says: 'the connection timed out', temporary: true },
  UND_ERR_CONNECT_TIMEOUT: { says: 'the connection timed out', temporary: true },
  EHOSTUNREACH: { says: 'there is no route to it', temporary: true },
  ENETUNREACH: { says: 'there is no network', temporary: true },
  EAI_AGAIN: { says: 'its name cannot be resolved now', temporary: true },
  ENOTFOUND: {
    says: 'its name cannot be resolved',
    temporary: false,
    hint: 'Check the name of the registry.',
  },
  CERT_HAS_EXPIRED: {
    says: 'its certificate has expired',
    temporary: false,
    hint: 'Check `date` here. If the time is correct, the operator of the registry must renew the certificate.',
  },
  CERT_NOT_YET_VALID: {
    says: "its certificate is not valid yet according to this machine's clock",
    temporary: false,
    hint: 'Check `date`: the time is wrong on this machine, or on the machine that made the certificate.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    says: 'its certificate is for another name',
    temporary: false,
    hint: 'Check the name of the registry.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  EPROTO: NOT_TLS,
}
