import { systemClock } from '../../shared/clock.ts'
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkServerIdentity, connect as tlsConnect, type TLSSocket } from 'node:tls'
import type { ProbeAnswer, Prober, ServedDomain } from '../../deploy/model/prober.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { lookUpName } from '../host/look-up-name.ts'
import { listConnections } from './list-connections.ts'
import { listens } from './listens.ts'
import { readNetworkTables } from './read-network-tables.ts'

/**
 * Requests to the app. `localhost` means the host, so those requests use the host's connection; any other name is requested
 * from here, as by the app's users. Each request has a new connection.
 */
export function createProber(runner: CommandRunner): Prober {
  const line = new Line(runner)
  return {
    get: (text, timeoutMs, { fromHost, domain } = {}) => {
      const isHosts = fromHost === true || domain !== undefined || isLoopback(new URL(text).hostname)
      return isHosts ? getFrom({ runner, line, domain }, text, timeoutMs) : get(new URL(text), timeoutMs)
    },
    lookUp: lookUpName,
    listens: (address, port) => listens(runner, address, port),
    connections: (addresses) => listConnections(runner, addresses),
    networkTables: (containers) => readNetworkTables(runner, containers),
  }
}

/** One GET as if made on the host, with its names and routes. Never throws. */
export function getFrom(
  { runner, line, domain }: { runner: CommandRunner; line?: Line; domain?: ServedDomain | undefined },
  text: string,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const url = new URL(text)
  const host = domain === undefined ? url.hostname.replace(/^\[|\]$/g, '') : 'localhost'
  const dial = () => runner.dial(host, portOf(url))
  return get(url, timeoutMs, { dial, line, domain })
}

async function get(
  url: URL,
  timeoutMs: number,
  {
    dial,
    line,
    domain,
  }: { dial?: () => Promise<Duplex>; line?: Line | undefined; domain?: ServedDomain | undefined } = {},
): Promise<ProbeAnswer> {
  using limit = startTimeLimit(timeoutMs)
  const { signal } = limit
  try {
    const socket = dial && (await inTime(dial(), signal))
    return { status: await ask(url, { socket, signal, anyIssuer: domain?.anyIssuer ?? false }) }
  } catch (error) {
    if (signal.aborted) {
      const isFrozen = (await line?.isFrozen()) ?? false
      return { error: `no answer within ${timeoutMs} ms`, ...(isFrozen && { unsent: true as const }) }
    }
    const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
    const reason = /^(?:EPROTO$|ERR_SSL_)/.test(code ?? '') ? describeTls(message) : message
    return { error: reason, ...(UNSENT.has(code ?? '') && { unsent: true as const }) }
  }
}

/** OpenSSL's own words name a line of its sources. A server that has no certificate for the name says so by one of these alerts. */
function describeTls(message: string): string {
  const isAlert = /alert internal error|unrecognized name/i.test(message)
  return isAlert ? 'it has no certificate for that name' : 'it does not answer in TLS'
}

/** Codes of a connection that this machine could not begin, and of a server whose SSH connection broke. */
const UNSENT: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'HOST_UNREACHABLE',
])

/** How long a command may take that does nothing, on a connection that is not frozen. */
const LINE_MS = 1_000

/** The connection over which requests are sent. */
class Line {
  readonly #runner: CommandRunner
  #asked: Promise<boolean> | undefined

  constructor(runner: CommandRunner) {
    this.#runner = runner
  }

  /** Whether the connection passes nothing on; asked once for all requests that wait. */
  isFrozen(): Promise<boolean> {
    this.#asked ??= this.#runner
      .run(['true'], { timeoutMs: LINE_MS, beside: true })
      .then(
        () => false,
        () => true,
      )
      .finally(() => (this.#asked = undefined))
    return this.#asked
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
  { socket, signal, anyIssuer }: { socket: Duplex | undefined; signal: AbortSignal; anyIssuer: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request: ClientRequest = send(url, {
      headers: { 'user-agent': 'dray-probe', connection: 'close' },
      signal,
      // With an agent, even `false`, Node would not use the given connection.
      ...(socket === undefined
        ? { agent: false }
        : { createConnection: () => connectionFor(url, socket, anyIssuer) }),
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

function connectionFor(url: URL, socket: Duplex, anyIssuer: boolean): Duplex {
  if (url.protocol !== 'https:') return socket
  // TLS has no names for addresses, and Node warns about one.
  const isAddress = isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  const name = isAddress ? { host: url.hostname } : { servername: url.hostname }
  if (!anyIssuer) return tlsConnect({ socket, ...name })
  const secured = tlsConnect({ socket, ...name, rejectUnauthorized: false })
  return secured.once('secureConnect', () => {
    const error = findFault(secured, url.hostname)
    if (error !== undefined) secured.destroy(error)
  })
}

/** OpenSSL's codes for a certificate whose issuer this machine does not know. */
const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
])

/** What is wrong with a server's certificate besides its issuer: its name, or the time of its validity. */
function findFault(socket: TLSSocket, hostname: string): Error | undefined {
  // Node's types say Error; it is the code.
  const code = socket.authorizationError as unknown as string | null
  if (code !== null && !UNKNOWN_ISSUER.has(code)) return new Error(`its certificate: ${code}`)
  const certificate = socket.getPeerCertificate()
  if (Date.parse(certificate.valid_to) < systemClock.now()) return new Error('its certificate has expired')
  return checkServerIdentity(hostname, certificate)
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
