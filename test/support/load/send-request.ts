import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { LoadOptions, LoadPlace, Outcome } from './load-report.ts'

/** One request to be sent: which it is in the row decides what it is. */
export type PlannedRequest = {
  number: number
  method: 'GET' | 'POST'
  path: string
  body?: string
  echoes: boolean
}

/** What the n-th request of a load is, counted from 1. */
export function planRequest(number: number, options: LoadOptions): PlannedRequest {
  const { postEvery = 3, slow, path = '/api/version' } = options
  const isPost = postEvery > 0 && number % postEvery === 0
  const isSlow = slow !== undefined && number % slow.every === 0
  const method = isPost ? 'POST' : 'GET'
  const target = isSlow ? `/api/slow?ms=${slow.ms}` : isPost ? '/api/orders' : path
  const body = isPost ? JSON.stringify({ id: number, item: `order ${number}` }) : undefined
  return { number, method, path: target, body, echoes: isPost && !isSlow }
}

/**
 * Agents that keep one connection each. When it is busy another is opened and closed after use, so that no request ever
 * waits for a connection.
 */
export function makeAgents(connections: number, isTls = false): Agent[] {
  const Kind = isTls ? TlsAgent : Agent
  if (connections === 0) return [new Kind({ keepAlive: false })]
  return Array.from({ length: connections }, () => new Kind({ keepAlive: true, maxFreeSockets: 1 }))
}

type Sending = { planned: PlannedRequest; place: LoadPlace; agent: Agent; timeoutMs: number }

/** Sends a request once, never again, and says how it ended; does not reject. */
export async function sendRequest({
  planned,
  place,
  agent,
  timeoutMs,
}: Sending): Promise<Omit<Outcome, 'place'>> {
  const { method, path, body } = planned
  const sentAtMs = now()
  // As any client that speaks JSON does; without a length the body would be sent in chunks.
  const headers = {
    ...(place.host !== undefined && { host: place.host }),
    ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  }
  return new Promise((resolve) => {
    const url = new URL(path, place.url)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const tls = place.ca === undefined ? {} : { ca: place.ca, servername: place.host }
    const sent = send(url, { method, agent, headers, ...tls })
    const end = (result: { reason?: string; version?: string }) => {
      clearTimeout(timer)
      resolve({ method, path, sentAtMs, endedAtMs: now(), reusedConnection: sent.reusedSocket, ...result })
    }
    const timer = setTimeout(() => {
      end({ reason: 'timeout' })
      sent.destroy()
    }, timeoutMs)
    sent.on('error', (error: NodeJS.ErrnoException) => end({ reason: error.code ?? error.message }))
    sent.on('response', (response) => void readAnswer(response, planned).then(end))
    sent.end(body)
  })
}

async function readAnswer(response: IncomingMessage, planned: PlannedRequest) {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const status = response.statusCode ?? 0
    if (status >= 400) return { reason: `HTTP ${status}` }
    const text = Buffer.concat(chunks).toString()
    if (planned.echoes && text !== planned.body) return { reason: 'wrong answer' }
    const version = response.headers['x-version']
    return typeof version === 'string' ? { version } : {}
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { reason: code ?? message }
  }
}

/** Milliseconds since the epoch with a fraction, never going back. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
