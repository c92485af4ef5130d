import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import type { ProbeAnswer, Prober } from '../../deploy/model/prober.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { listens } from './listens.ts'

/**
 * Requests to the app. `localhost` means the host, so those requests use the host's connection; any other name is requested
 * from here, as by the app's users. Each request has a new connection.
 */
export function createProber(runner: CommandRunner): Prober {
  return {
    get: (text, timeoutMs, { fromHost } = {}) => {
      const isHosts = fromHost === true || isLoopback(new URL(text).hostname)
      return isHosts ? getFrom(runner, text, timeoutMs) : get(new URL(text), timeoutMs, undefined)
    },
    listens: (address, port) => listens(runner, address, port),
  }
}

/** One GET as if made on the host, with its names and routes. Never throws. */
export function getFrom(runner: CommandRunner, text: string, timeoutMs: number): Promise<ProbeAnswer> {
  const url = new URL(text)
  return get(url, timeoutMs, () => runner.dial(url.hostname.replace(/^\[|\]$/g, ''), portOf(url)))
}

async function get(
  url: URL,
  timeoutMs: number,
  dial: (() => Promise<Duplex>) | undefined,
): Promise<ProbeAnswer> {
  using limit = startTimeLimit(timeoutMs)
  const { signal } = limit
  try {
    const socket = dial && (await inTime(dial(), signal))
    return { status: await ask(url, { socket, signal }) }
  } catch (error) {
    if (signal.aborted) return { error: `no answer within ${timeoutMs} ms` }
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** A connection that opens after the signal has aborted is closed. Throws the signal's reason. */
function inTime(dialing: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    dialing.then((socket) => {
      if (signal.aborted) socket.destroy()
      resolve(socket)
    }, reject)
  })
}

function ask(
  url: URL,
  { socket, signal }: { socket: Duplex | undefined; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request: ClientRequest = send(url, {
      headers: { 'user-agent': 'dray-probe', connection: 'close' },
      signal,
      // With an agent, even `false`, Node would not use the given connection.
      ...(socket === undefined ? { agent: false } : { createConnection: () => connectionFor(url, socket) }),
    })
    request.on('response', (response: IncomingMessage) => {
      response.on('error', reject)
      response.on('end', () => {
        request.destroy()
        resolve(response.statusCode ?? 0)
      })
      response.resume()
    })
    request.on('error', (error) => {
      socket?.destroy()
      reject(error)
    })
    request.end()
  })
}

function connectionFor(url: URL, socket: Duplex): Duplex {
  return url.protocol === 'https:' ? tlsConnect({ socket, servername: url.hostname }) : socket
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
