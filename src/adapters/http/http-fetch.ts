import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'

/** The part of the standard `fetch` that is used: one request, whose redirect is not followed, and its answer. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>

export type FetchInit = {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array<ArrayBuffer> | undefined
  redirect: 'manual'
  signal: AbortSignal
}

export type FetchAnswer = { status: number; headers: AnswerHeaders; body: AsyncIterable<Uint8Array> | null }

/** Headers by their name in lower case. */
export type AnswerHeaders = { get(name: string): string | null }

/**
 * `fetch` by Node's own HTTP. Node's `fetch` costs a tenth of a second of CPU at its first use, as much as the whole start.
 * Connections stay open for the next request. Throws Node's errors.
 */
export const httpFetch: Fetch = async (url, init) => {
  const answer = await send(url, init)
  const { statusCode: status = 0, headers } = answer
  const isRedirect = status >= 300 && status < 400
  if (isRedirect) answer.destroy()
  return { status, headers: { get: (name) => valueOf(headers[name]) }, body: isRedirect ? null : answer }
}

function send(url: string, { method, headers, body, signal }: FetchInit): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestTls : requestPlain
    // An error after the head of the answer reaches the reader of its body.
    request(url, { method, headers, signal }, resolve).on('error', reject).end(body)
  })
}

function valueOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null
  return typeof header === 'string' ? header : header.join(', ')
}

/** Node's code of the failure of a request, such as ECONNREFUSED. */
export function networkCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && at.code !== '') return at.code
  }
  return undefined
}
