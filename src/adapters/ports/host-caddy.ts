import { request, type IncomingMessage } from 'node:http'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { CommandRunner } from '../host/command-runner.ts'

/** Where Caddy's administration listens, if its configuration does not say otherwise. */
const PORT = 2019
const TIMEOUT_MS = 15_000
/** More than a configuration has. */
const MAX_BYTES = 4_000_000

/**
 * Makes a Caddy of the host that sends requests to one of the ports load its own configuration again: it then opens new connections,
 * and closes the old ones when their requests have finished. False without one, and if its administration cannot be reached. Never
 * throws.
 * https://caddyserver.com/docs/api#post-load
 */
export async function renewHostCaddy(runner: CommandRunner, ports: readonly number[]): Promise<boolean> {
  try {
    const found = await exchange(runner, { method: 'GET', path: '/config/' })
    if (found.status !== 200 || !sendsTo(found.body, ports)) return false
    const headers = { 'content-type': 'application/json', 'cache-control': 'must-revalidate' }
    const loaded = await exchange(runner, { method: 'POST', path: '/load', headers, body: found.body })
    return loaded.status === 200
  } catch {
    return false
  }
}

/** Whether a configuration of Caddy has an upstream at one of the ports of this host. */
function sendsTo(configuration: string, ports: readonly number[]): boolean {
  const dialled = [...configuration.matchAll(/"dial":"(?:localhost|127\.[0-9.]+|\[::1\])?:(\d+)"/g)]
  return dialled.some(([, port]) => ports.includes(Number(port)))
}

type Asked = { method: string; path: string; headers?: Record<string, string>; body?: string }

async function exchange(
  runner: CommandRunner,
  { body, ...asked }: Asked,
): Promise<{ status: number; body: string }> {
  const socket = await runner.dial('localhost', PORT)
  using limit = startTimeLimit(TIMEOUT_MS)
  try {
    return await new Promise((resolve, reject) => {
      const sent = request(
        {
          ...asked,
          host: 'localhost',
          port: PORT,
          createConnection: () => socket,
          signal: limit.signal,
        },
        (response) => {
          readBody(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject)
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  } finally {
    socket.destroy()
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error('The answer is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
