import type { ServerResponse } from 'node:http'

export type FaultPlace = 'token' | 'manifest' | 'tags' | 'blob'

export type Fault = {
  at: FaultPlace | 'any'
  /** How many requests it hits; all further ones without it. */
  times?: number
} & (
  | { how: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** The connection is taken, and nothing is said. */
  | { how: 'hang' }
  /** One byte of the body now and then, without an end. */
  | { how: 'trickle' }
  /** The connection goes before the announced length was sent. */
  | { how: 'truncate' }
  | { how: 'reset' }
  /** Right digest in the header, other bytes. */
  | { how: 'corrupt' }
  /** Right bytes, other digest in the header. */
  | { how: 'wrong-digest' }
  | { how: 'huge' }
)

/** Does the fault to a response, which `serve` would give properly. */
export function misbehave(fault: Fault, response: ServerResponse, serve: () => void): void {
  switch (fault.how) {
    case 'status':
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
      return
    case 'hang':
      return
    case 'reset':
      response.destroy()
      return
    case 'trickle':
      trickle(response)
      return
    case 'truncate':
      response.writeHead(200, { 'content-length': '100000' })
      response.write('{"schemaVersion":2,', () => response.destroy())
      return
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"padding":"${'x'.repeat(9 * 1024 ** 2)}"}`)
      return
    case 'corrupt':
      replaceBody(response)
      serve()
      return
    case 'wrong-digest':
      replaceDigest(response)
      serve()
      return
  }
}

function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 5)
  response.on('close', () => clearInterval(timer))
}

function replaceBody(response: ServerResponse): void {
  const end = response.end.bind(response)
  const corrupt = (body: Buffer) =>
    end(Buffer.from(body.toString().replace('"schemaVersion":2', '"schemaVersion":3')))
  Object.assign(response, { end: corrupt })
}

function replaceDigest(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response)
  const lie = (status: number, headers: Record<string, string>) =>
    writeHead(status, { ...headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` })
  Object.assign(response, { writeHead: lie })
}
