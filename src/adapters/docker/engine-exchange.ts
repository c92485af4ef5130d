import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'

export type ApiRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Of the API, as in `/containers/json`. */
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** A request that got no answer, with the connection it went out on. */
export class ExchangeError extends Error {
  readonly stream: Duplex | null

  constructor(cause: Error, stream: Duplex | null) {
    super(cause.message, { cause })
    this.stream = stream
  }
}

/**
 * Sends one request; resolves with the head of the answer. A GET on a kept connection that the server had closed
 * meanwhile is sent once more. Throws ExchangeError; what `dial` rejected with is its cause.
 */
export async function exchange(agent: Agent | undefined, request: ApiRequest): Promise<IncomingMessage> {
  try {
    return await sendOnce(agent, request)
  } catch (error) {
    const again =
      error instanceof StaleConnectionError && request.method === 'GET' && !request.signal?.aborted
    if (again) return await sendOnce(agent, request)
    throw error
  }
}

class StaleConnectionError extends ExchangeError {}

function sendOnce(agent: Agent | undefined, request: ApiRequest): Promise<IncomingMessage> {
  const { method, path, body, headers, signal } = request
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = httpRequest({
      agent,
      method,
      path,
      signal,
      headers: {
        host: 'docker',
        ...headers,
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...(method === 'POST' && { 'content-length': Buffer.byteLength(payload ?? '') }),
      },
    })
    sent.once('response', resolve)
    sent.once('error', (error) => {
      const Kind = sent.reusedSocket ? StaleConnectionError : ExchangeError
      reject(new Kind(error, sent.socket))
    })
    sent.end(payload)
  })
}
