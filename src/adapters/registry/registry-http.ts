import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import { httpFetch, type AnswerHeaders, type Fetch, type FetchAnswer } from '../http/http-fetch.ts'
import { breakOff, noAnswer } from './registry-failure.ts'

/** Login of one request. Only its header reveals it. */
export type Authorization = { scheme: 'bearer'; token: Secret } | ({ scheme: 'basic' } & Credentials)

export type HttpRequest = {
  /** Registry, for messages. */
  host: string
  url: string
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  headers?: Readonly<Record<string, string>> & { authorization?: never }
  authorization?: Authorization
  /** Refuses a redirect. */
  body?: Secret | Uint8Array<ArrayBuffer>
  /** Refuses a longer answer. */
  maxBytes: number
  signal?: AbortSignal
}

export type HttpAnswer = { status: number; headers: AnswerHeaders; body: Uint8Array<ArrayBuffer> }

export type HttpOptions = {
  fetch?: Fetch | undefined
  clock: Clock
  /** Time limit from the request to the head of the answer: connecting, TLS and processing. */
  answerMs: number
  /** Time limit of one whole request, so that a slow answer ends, too. */
  requestMs: number
}

export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/** As many redirects in a row are followed. */
const MOST_REDIRECTS = 5

/**
 * One HTTP request and its complete answer, whatever the status. Throws REGISTRY_UNREACHABLE without an answer,
 * REGISTRY_FAILED if it is incomplete or too long, and the signal's reason when it aborts.
 */
export function createHttp(options: HttpOptions): Http {
  const { fetch = httpFetch } = options
  return async (request) => {
    request.signal?.throwIfAborted()
    using limit = startTimeLimit(options.answerMs, { clock: options.clock, signal: request.signal })
    const seconds = (ms: number) => `${ms / 1000} s`
    let response: FetchAnswer | undefined
    try {
      response = await follow(request, fetch, limit.signal)
      limit.restart(options.requestMs)
      return { status: response.status, headers: response.headers, body: await readBody(request, response) }
    } catch (error) {
      request.signal?.throwIfAborted()
      if (error instanceof DrayError) throw error
      if (limit.isOver && response === undefined) throw noAnswer(request, seconds(options.answerMs))
      if (limit.isOver) throw breakOff(request.host, `took longer than ${seconds(options.requestMs)}`)
      if (response === undefined) throw noAnswer(request, error)
      throw breakOff(request.host, 'was incomplete', error)
    }
  }
}

function authorizationHeader({ authorization }: HttpRequest): { authorization?: string } {
  if (authorization === undefined) return {}
  if (authorization.scheme === 'bearer') return { authorization: `Bearer ${authorization.token.reveal()}` }
  const { username, password } = authorization
  const login = Buffer.from(`${username}:${password.reveal()}`).toString('base64')
  return { authorization: `Basic ${login}` }
}

/** Sends a request to its address, and to where it is redirected. Another site gets it without the login. */
async function follow(request: HttpRequest, fetch: Fetch, signal: AbortSignal): Promise<FetchAnswer> {
  let url = new URL(request.url)
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const isSameSite = url.origin === new URL(request.url).origin
    const answer = await fetch(url.href, {
      method: request.method ?? 'GET',
      headers: { 'user-agent': 'dray', ...request.headers, ...(isSameSite && authorizationHeader(request)) },
      body: request.body instanceof Secret ? request.body.reveal() : request.body,
      redirect: 'manual',
      signal,
    })
    if (answer.status < 300 || answer.status >= 400) return answer
    url = readRedirect(request, url, answer)
  }
  throw new DrayError('REGISTRY_FAILED', `${request.host} redirects more than ${MOST_REDIRECTS} times.`)
}

/** Where a request is redirected. A request with a body is not redirected, and none from TLS to plain HTTP. */
function readRedirect({ host, body }: HttpRequest, from: URL, { headers }: FetchAnswer): URL {
  const location = headers.get('location') ?? ''
  if (body !== undefined)
    throw new DrayError('REGISTRY_FAILED', `${host} redirected a request that must not be redirected.`)
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (location === '' || to === undefined || !/^https?:$/.test(to.protocol) || to.username !== '')
    throw new DrayError('REGISTRY_FAILED', `${host} redirected a request without a valid address.`)
  // The answer would no longer be authenticated.
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new DrayError('REGISTRY_FAILED', `${host} redirected to an address without TLS.`)
  return to
}

async function readBody(request: HttpRequest, response: FetchAnswer): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const isPacked = !['', 'identity'].includes(response.headers.get('content-encoding') ?? '')
  for await (const chunk of response.body ?? []) {
    // It would need another limit, and is sent unasked.
    if (isPacked) throw new DrayError('REGISTRY_FAILED', `${request.host} sent a compressed answer.`)
    length += chunk.byteLength
    if (length > request.maxBytes) {
      const limit = `${Math.floor(request.maxBytes / 1024)} KiB`
      throw new DrayError('REGISTRY_FAILED', `${request.host} sent an answer of more than ${limit}.`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
