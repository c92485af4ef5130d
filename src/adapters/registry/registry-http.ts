import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { Secret } from '../../shared/secret.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import { breakOff, noAnswer } from './registry-failure.ts'

/** Login of one request. Only its header reveals it. */
export type Authorization = { scheme: 'bearer'; token: Secret } | ({ scheme: 'basic' } & Credentials)

export type HttpRequest = {
  /** Registry as messages name it. */
  host: string
  url: string
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  headers?: Readonly<Record<string, string>> & { authorization?: never }
  authorization?: Authorization
  /** Goes to that address alone: a redirect is refused. */
  body?: Secret | Uint8Array<ArrayBuffer>
  /** A longer answer is refused. */
  maxBytes: number
  signal?: AbortSignal
}

export type HttpAnswer = { status: number; headers: Headers; body: Uint8Array<ArrayBuffer> }

/** What we need of Node's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type HttpOptions = {
  fetch: Fetch
  clock: Clock
  /** From the request to the head of the answer: connecting, TLS, and the registry's thinking. */
  answerMs: number
  /** The whole of one request, so that an answer that trickles in ends too. */
  requestMs: number
}

export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/**
 * One HTTP request and its whole answer, whatever its status. Throws REGISTRY_UNREACHABLE when there is no answer,
 * REGISTRY_FAILED when it breaks off or is too long, and the signal's reason when it aborts.
 */
export function createHttp(options: HttpOptions): Http {
  return async (request) => {
    request.signal?.throwIfAborted()
    using limit = startTimeLimit(options.answerMs, { clock: options.clock, signal: request.signal })
    const seconds = (ms: number) => `${ms / 1000} s`
    let response: Response | undefined
    try {
      response = await options.fetch(request.url, {
        method: request.method ?? 'GET',
        headers: { 'user-agent': 'dray', ...request.headers, ...authorizationHeader(request) },
        body: request.body instanceof Secret ? request.body.reveal() : request.body,
        // fetch leaves the login behind when it is sent to another host, but takes the body with it.
        redirect: request.body === undefined ? 'follow' : 'manual',
        signal: limit.signal,
      })
      limit.restart(options.requestMs)
      refuseRedirect(request, response)
      return { status: response.status, headers: response.headers, body: await readBody(request, response) }
    } catch (error) {
      request.signal?.throwIfAborted()
      if (error instanceof DrayError) throw error
      if (limit.isOver && response === undefined) throw noAnswer(request.host, seconds(options.answerMs))
      if (limit.isOver) throw breakOff(request.host, `took longer than ${seconds(options.requestMs)}`)
      if (response === undefined) throw noAnswer(request.host, error)
      throw breakOff(request.host, 'broke off', error)
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

/** What came over TLS must not go on without it: nothing would vouch for the answer any more. */
function refuseRedirect(request: HttpRequest, response: Response): void {
  if (response.status >= 300 && response.status < 400) {
    throw new DrayError('REGISTRY_FAILED', `${request.host} redirects what is sent to it.`)
  }
  if (!request.url.startsWith('https:') || !response.url.startsWith('http:')) return
  throw new DrayError('REGISTRY_FAILED', `${request.host} redirects to an address without TLS.`)
}

async function readBody(request: HttpRequest, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? []
  for await (const chunk of stream) {
    length += chunk.byteLength
    if (length > request.maxBytes) {
      const limit = `${Math.floor(request.maxBytes / 1024)} KiB`
      throw new DrayError('REGISTRY_FAILED', `${request.host} sends an answer of more than ${limit}.`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
