import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'

export type ApiRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Path in the API, such as `/containers/json`. */
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** A request without an answer, and the connection it was sent on. */
export class ExchangeError extends Error {
  readonly stream: Duplex | null

  constructor(cause: Error, stream: Duplex | null) {
    super(cause.message, { cause })
    this.stream = stream
  }
}

/**
 * Sends one request; resolves with the head of the answer. If the server had closed a reused connection, a GET is sent
 * again. Throws ExchangeError; its cause is the error of `dial`.
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
