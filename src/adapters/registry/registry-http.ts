import type { Credentials } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { Secret } from '../../shared/secret.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
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

export type HttpAnswer = { status: number; headers: Headers; body: Uint8Array<ArrayBuffer> }

/** The part of Node's `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type HttpOptions = {
  fetch: Fetch
  clock: Clock
  /** Time limit from the request to the head of the answer: connecting, TLS and processing. */
  answerMs: number
  /** Time limit of one whole request, so that a slow answer ends, too. */
  requestMs: number
}

export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/**
 * One HTTP request and its complete answer, whatever the status. Throws REGISTRY_UNREACHABLE without an answer,
 * REGISTRY_FAILED if it is incomplete or too long, and the signal's reason when it aborts.
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
        // fetch drops the login when it follows a redirect to another host, but sends the body.
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

/** A redirect from TLS to plain HTTP is refused: the answer would no longer be authenticated. */
function refuseRedirect(request: HttpRequest, response: Response): void {
  if (response.status >= 300 && response.status < 400) {
    throw new DrayError(
      'REGISTRY_FAILED',
      `${request.host} redirected a request that must not be redirected.`,
    )
  }
  if (!request.url.startsWith('https:') || !response.url.startsWith('http:')) return
  throw new DrayError('REGISTRY_FAILED', `${request.host} redirected to an address without TLS.`)
}

async function readBody(request: HttpRequest, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? []
  for await (const chunk of stream) {
    length += chunk.byteLength
    if (length > request.maxBytes) {
      const limit = `${Math.floor(request.maxBytes / 1024)} KiB`
      throw new DrayError('REGISTRY_FAILED', `${request.host} sent an answer of more than ${limit}.`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
