import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A server whose every answer is decided by the test, from the request's number counted from 1. */
export type FlakyServer = AsyncDisposable & {
  target: string
  requests: () => number
  sockets: () => number
  /** Resolves once that many requests have arrived. */
  untilRequests(count: number): Promise<void>
}

export type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void

/** Starts a server on a port that the system chooses. */
export async function startFlakyServer(answer: Answer): Promise<FlakyServer> {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    answer(request, response, requests)
    server.emit('counted')
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    target: `http://127.0.0.1:${port}`,
    requests: () => requests,
    sockets: () => sockets.size,
    async untilRequests(count) {
      while (requests < count) await once(server, 'counted')
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers as the sample app does: an order comes back as it was sent, with the version in a header. */
export function answerWell(request: IncomingMessage, response: ServerResponse, version = 'v1'): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('x-version', version)
    response.end(chunks.length > 0 ? Buffer.concat(chunks) : '{}')
  })
}
