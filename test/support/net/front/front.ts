/**
 * Stands before a real registry and answers as others do: ghcr.io and registry.example.com on 443 with TLS, a mirror of
 * Docker Hub and a place to push to without a login on a plain port. A control port sets faults and accounts.
 * Started by registry.ts in the network's hub, with its FrontConfig as the only argument.
 */
import { readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { answerError, applyFault, passOn, type Exchange } from './exchange.ts'
import { makeGhcr, parsePath } from './ghcr.ts'
import type { FrontConfig, RegistryState, SeenRequest } from './registry-state.ts'
import { TagOrder } from './tag-order.ts'

const config = JSON.parse(process.argv[2] ?? '{}') as FrontConfig
const state = config.state
const requests: SeenRequest[] = []
const tagOrder = new TagOrder()
const ghcr = makeGhcr({ state, tagOrder, upstreamPort: config.upstreamPort })
const tls = { cert: readFileSync(config.certificateFile), key: readFileSync(config.keyFile) }

const ghcrServer = createTlsServer(tls, listener(ghcr))
await Promise.all([
  listen(ghcrServer, config.ghcrAddress, 443),
  listen(createTlsServer(tls, listener(answerExample)), config.exampleAddress, 443),
  listen(createServer(listener(answerPlain)), config.ghcrAddress, config.plainPort),
  listen(createServer(control), config.ghcrAddress, config.controlPort),
])
process.stdout.write('ready\n')

function listener(answer: (exchange: Exchange) => Promise<void>): RequestListener {
  return (request, response) => {
    const exchange = openExchange(request, response)
    void handle(exchange, answer)
  }
}

function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  const method = request.method ?? 'GET'
  const url = new URL(request.url ?? '/', `http://${host || 'unnamed'}`)
  const fault = takeFault(`${method} ${host}${url.pathname}${url.search}`)
  const seen = {
    at: Date.now(),
    host,
    method,
    path: url.pathname + url.search,
    userAgent: request.headers['user-agent'] ?? '',
  }
  response.on('close', () => {
    requests.push({
      ...seen,
      status: response.headersSent ? response.statusCode : 0,
      authorization: authorizationOf(request),
    })
  })
  return { host, method, url, request, response, fault }
}

async function handle(exchange: Exchange, answer: (exchange: Exchange) => Promise<void>): Promise<void> {
  exchange.response.setHeader('docker-distribution-api-version', 'registry/2.0')
  try {
    if (!(await applyFault(exchange))) await answer(exchange)
  } catch (error) {
    if (exchange.response.headersSent) exchange.request.socket.destroy()
    else await answerError(exchange, 502, { code: 'UNKNOWN', message: String(error) })
  }
}

/** A registry with an account of its own and no token service. */
async function answerExample(exchange: Exchange): Promise<void> {
  const { user, password } = state.example
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  if (exchange.request.headers.authorization !== wanted) {
    exchange.response.setHeader('www-authenticate', 'Basic realm="registry.example.com"')
    return answerError(exchange, 401, { code: 'UNAUTHORIZED', message: 'authentication required' })
  }
  await answerPlain(exchange)
}

async function answerPlain(exchange: Exchange): Promise<void> {
  await passOn(exchange, config.upstreamPort)
  const { repository, kind, reference } = parsePath(exchange.url.pathname)
  if (repository === undefined || kind !== 'manifests') return
  if (exchange.method === 'PUT' && exchange.response.statusCode < 300)
    tagOrder.notePush(repository, reference)
}

function takeFault(line: string) {
  const fault = state.faults.find(({ match, times }) => (times ?? 1) > 0 && new RegExp(match).test(line))
  if (fault?.times !== undefined) fault.times--
  return fault
}

function authorizationOf(request: IncomingMessage): SeenRequest['authorization'] {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme === '') return 'none'
  if (scheme.toLowerCase() === 'bearer') return 'bearer'
  return `basic ${Buffer.from(value, 'base64').toString().split(':')[0] ?? ''}`
}

/** GET /requests, DELETE /requests, GET /state, POST /state with the parts of it to change. */
function control(request: IncomingMessage, response: ServerResponse): void {
  void (async () => {
    const wanted = `${request.method} ${request.url}`
    let answer: unknown = state
    if (wanted === 'GET /requests') answer = requests
    if (wanted === 'DELETE /requests') requests.length = 0
    if (wanted === 'POST /state') await changeState(await readJson(request))
    response.end(JSON.stringify(answer))
  })()
}

async function changeState(change: Partial<RegistryState>): Promise<void> {
  Object.assign(state, change)
  if (state.refused === !ghcrServer.listening) return
  if (!state.refused) return listen(ghcrServer, config.ghcrAddress, 443)
  ghcrServer.close()
  ghcrServer.closeAllConnections()
}

async function readJson(request: IncomingMessage): Promise<Partial<RegistryState>> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  return JSON.parse(text) as Partial<RegistryState>
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}
