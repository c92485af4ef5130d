import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './registry-state.ts'

/** One request on its way through the front. */
export type Exchange = {
  /** The name that was asked, without a port. */
  host: string
  method: string
  url: URL
  request: IncomingMessage
  response: ServerResponse
  fault: Fault | undefined
}

/** Answers in the registry's error format (OCI distribution specification, "Error Codes"). */
export async function answerError(
  exchange: Exchange,
  status: number,
  error: { code: string; message: string },
): Promise<void> {
  await answerJson(exchange, status, { errors: [error] })
}

export async function answerJson(
  { response, method }: Exchange,
  status: number,
  body: unknown,
): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(method === 'HEAD' ? undefined : JSON.stringify(body))
}

/** @returns whether the fault was the whole answer */
export async function applyFault({ fault, request, response }: Exchange): Promise<boolean> {
  if (fault === undefined) return false
  if (fault.delayMs !== undefined) await sleep(fault.delayMs)
  if (fault.hang === true) return true
  if (fault.reset === true) {
    request.socket.destroy()
    return true
  }
  if (fault.status === undefined) return false
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
  response.end(
    fault.body ?? JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'a fault of the test network' }] }),
  )
  return true
}

/** Passes the request to the registry behind and its answer back, changed as the fault says. */
export async function passOn(
  exchange: Exchange,
  upstreamPort: number,
  path = exchange.url.pathname,
): Promise<void> {
  const { request, response, method, url } = exchange
  const headers = { ...request.headers }
  delete headers.authorization
  const target = { host: '127.0.0.1', port: upstreamPort, method, path: path + url.search, headers }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(target, resolve)
    outgoing.on('error', reject)
    request.pipe(outgoing)
  })
  const wrong = exchange.fault?.wrongDigest === true
  if (wrong && answer.headers['docker-content-digest'] !== undefined) {
    answer.headers['docker-content-digest'] = `sha256:${'0'.repeat(64)}`
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  await passBody(answer, exchange)
}

async function passBody(answer: IncomingMessage, { response, request, fault, url }: Exchange): Promise<void> {
  const limit = fault?.truncateAfterBytes ?? Infinity
  const pieceBytes =
    fault?.bytesPerSecond === undefined ? Infinity : Math.max(1, Math.ceil(fault.bytesPerSecond / 20))
  let sent = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (sent === 0 && fault?.wrongDigest === true && url.pathname.includes('/blobs/'))
      chunk[0] = (chunk[0] ?? 0) ^ 0xff
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk
        .subarray(start, Math.min(start + pieceBytes, chunk.length))
        .subarray(0, limit - sent)
      sent += piece.length
      if (!response.write(piece))
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
      if (response.destroyed || sent >= limit) {
        answer.destroy()
        request.socket.destroySoon()
        return
      }
      if (pieceBytes !== Infinity) await sleep(50)
    }
  }
  response.end()
}
