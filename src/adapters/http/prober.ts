import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import type { ProbeAnswer, Prober } from '../../deploy/ports.ts'
import type { Shell } from '../host/shell.ts'
import { listens } from './listens.ts'

/**
 * Requests to the app. `localhost` is meant as the host means it, so those go through the host's own connection; any other
 * name is asked for from here, as the app's users do. Each request has a connection of its own.
 */
export const createProber = (shell: Shell): Prober => ({
  get: async (text, timeoutMs) => {
    const url = new URL(text)
    try {
      const onHost = isLoopback(url.hostname)
      const socket = onHost ? await shell.dial(url.hostname.replace(/^\[|\]$/g, ''), portOf(url)) : undefined
      return await ask(url, { socket, timeoutMs })
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  },

  listens: (address, port) => listens(shell, address, port),
})

const ask = (
  url: URL,
  { socket, timeoutMs }: { socket: Duplex | undefined; timeoutMs: number },
): Promise<ProbeAnswer> =>
  new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request: ClientRequest = send(url, {
      headers: { 'user-agent': 'dray-probe', connection: 'close' },
      signal: AbortSignal.timeout(timeoutMs),
      // With an agent, even `false`, Node would not use the connection that is given.
      ...(socket === undefined ? { agent: false } : { createConnection: () => connectionFor(url, socket) }),
    })
    request.on('response', (response: IncomingMessage) => {
      response.on('error', (error) => {
        resolve({ error: error.message })
      })
      response.on('end', () => {
        request.destroy()
        resolve({ status: response.statusCode ?? 0 })
      })
      response.resume()
    })
    request.on('error', (error) => {
      socket?.destroy()
      resolve({ error: error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message })
    })
    request.end()
  })

const connectionFor = (url: URL, socket: Duplex): Duplex =>
  url.protocol === 'https:' ? tlsConnect({ socket, servername: url.hostname }) : socket

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
