import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { readCookie, refuseRequest } from './guard-request.ts'
import { createPageAccess, randomName, type PageAccess } from './page-access.ts'
import { unpackPageFile, type PageFile } from './page-archive.ts'
import { refusalPage, type RefusalText } from './refusal-page.ts'

/** What the server serves. Everything is data that the page draws as text. */
export type PageContent = {
  /** By name; `index.html` is the page. */
  files: ReadonlyMap<string, PageFile>
  /** The JSON of a question, `timeline` for `…/api/timeline?…`; undefined for one that does not exist. Never rejects. */
  answer(question: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown>
  /**
   * Does what the page asks for, and returns JSON as `answer` does. Without it, the server refuses every request that could change
   * something. `body` is the JSON that was sent.
   */
  act?: (action: string, body: unknown) => Promise<unknown>
  /** Sends events to one open page, until it is disposed of. */
  follow(send: (type: string, data: unknown) => void): Disposable
  /** Called when the link was used a second time, by which the first browser has lost its access as well. */
  onRevoked?: () => void
}

export type PageServer = AsyncDisposable & {
  /** The link with the token, which opens the page once. */
  url: string
}

const ADDRESS = '127.0.0.1'
const COOKIE = 'dray-ui'

/**
 * Everything comes from this server, and nothing that is a string becomes HTML or a script.
 * https://www.w3.org/TR/CSP3/ https://www.w3.org/TR/trusted-types/
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
}

/**
 * Serves the page on this machine's loopback address alone, for the browser that has the link. Port 0 is any free port. Dispose
 * of it to end every request. Throws UI_PORT_TAKEN.
 */
export async function startPageServer(port: number, content: PageContent): Promise<PageServer> {
  const access = createPageAccess()
  // Cookies know no port: without a path that cannot be guessed, every server on 127.0.0.1 would get this one.
  const pagePath = `/${randomName()}/`
  const server = createServer((request, response) => {
    const host = `${ADDRESS}:${(server.address() as AddressInfo).port}`
    const exchange = {
      request,
      response,
      host,
      pagePath,
      access,
      content,
      revoke: () => revoke(server, content),
    }
    // Such as a request that breaks off in its middle: it must not end dray, which may be in the middle of a rollback.
    respond(exchange).catch(() => response.destroy())
  })
  await listen(server, port)
  const host = `${ADDRESS}:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}${pagePath}?token=${access.token}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // It stays: later ones are connections that could not be accepted, and those that are open continue.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used: ${error.message}`
      reject(new DrayError('UI_PORT_TAKEN', `Port ${port} of this machine ${reason}.`, { cause: error }))
    })
    server.listen(port, ADDRESS, resolve)
  })
}

type Exchange = {
  request: IncomingMessage
  response: ServerResponse
  host: string
  pagePath: string
  access: PageAccess
  content: PageContent
  /** Ends every connection of a browser that had access. */
  revoke: () => void
}

async function respond(exchange: Exchange): Promise<void> {
  const { request, response, host, pagePath, access, content } = exchange
  const { method = '', headers } = request
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  const url = readTarget(request.url ?? '', host)
  if (url === undefined) {
    refuse(response, 400, { heading: 'Malformed', reason: 'The address of the request is malformed.' })
    return
  }
  const mayWrite = content.act !== undefined
  const refusal = refuseRequest({ method, path: url.pathname, headers }, { host, pagePath, mayWrite })
  if (refusal !== undefined) {
    if (refusal.status === 405) response.setHeader('allow', mayWrite ? 'GET, HEAD, POST' : 'GET, HEAD')
    refuse(response, refusal.status, refusal)
    return
  }
  if (!url.pathname.startsWith(pagePath)) {
    refuse(response, 404, ANOTHER_LINK)
    return
  }
  const name = url.pathname.slice(pagePath.length)
  const cookie = readCookie(headers.cookie, COOKIE)
  const isKnown = access.isKnown(cookie)
  if (access.isRevoked(cookie)) {
    refuse(response, 403, USED)
    return
  }
  if (method === 'POST') {
    if (isKnown) await act(exchange, name)
    else refuse(response, 403, WITHOUT_ACCESS)
    return
  }
  if (!isKnown && !admit(exchange, url.searchParams.get('token'))) return
  const file = content.files.get(name === '' ? 'index.html' : name)
  if (file !== undefined) sendFile(exchange, file)
  else if (name === 'events') follow(exchange)
  else await answer(exchange, name, url.searchParams)
}

/** The address of a request in origin-form; undefined for any other: https://httpwg.org/specs/rfc9112.html#request.target */
function readTarget(target: string, host: string): URL | undefined {
  if (!/^\/(?!\/)/.test(target)) return undefined
  const text = `http://${host}${target}`
  return URL.canParse(text) ? new URL(text) : undefined
}

/** After the answer that says so. What was begun continues. */
function revoke(server: Server, { onRevoked }: PageContent): void {
  server.closeAllConnections()
  onRevoked?.()
}

/** Exchanges the token for the cookie, or refuses with a page that says why not. */
function admit(exchange: Exchange, token: string | null): boolean {
  const { request, response, pagePath, access } = exchange
  const exchanged = token === null || request.method === 'HEAD' ? 'wrong' : access.exchange(token)
  if (typeof exchanged !== 'string') {
    const cookie = `${COOKIE}=${exchanged.cookie}; Path=${pagePath}; HttpOnly; SameSite=Strict`
    response.setHeader('set-cookie', cookie)
    return true
  }
  if (exchanged === 'revoked') {
    response.setHeader('connection', 'close')
    request.socket.on('close', exchange.revoke)
  }
  refuse(response, 403, exchanged === 'wrong' ? WITHOUT_ACCESS : USED)
  return false
}

const NEW_LINK = 'end `dray ui` in its terminal with Ctrl-C, and start it again'

const USED: RefusalText = {
  heading: 'No access',
  reason:
    'This link was already used, and opens the page once: perhaps in another browser. That browser has lost its access, too.',
  next: `For a new link, ${NEW_LINK}.`,
}

const WITHOUT_ACCESS: RefusalText = {
  heading: 'No access',
  reason: 'This browser has no access: the link is incomplete, or of another `dray ui`.',
  next: `Open the whole link that \`dray ui\` printed. If it was opened in another browser, ${NEW_LINK}: each link opens the page in one browser.`,
}

const ANOTHER_LINK: RefusalText = {
  heading: 'Not the page',
  reason: 'This is not the link that dray printed.',
  next: 'Open the whole link that `dray ui` printed in its terminal.',
}

function refuse(response: ServerResponse, status: number, text: RefusalText): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(refusalPage(text))
}

function sendFile({ request, response }: Exchange, file: PageFile): void {
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  const body = takesGzip ? file.gzip : unpackPageFile(file)
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': body.length,
    vary: 'accept-encoding',
    ...(takesGzip && { 'content-encoding': 'gzip' }),
  })
  response.end(body)
}

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function follow({ request, response, content }: Exchange): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const following = content.follow((type, data) => {
    // Each event is the whole state, so a page that does not read gets the next one.
    if (!response.writableNeedDrain) response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
  })
  response.on('close', () => following[Symbol.dispose]())
}

async function answer({ response, content }: Exchange, name: string, query: URLSearchParams): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const question = questionOf(name)
  const found = question === undefined ? undefined : await content.answer(question, query, gone.signal)
  sendJson(response, found)
}

/** `timeline` of `api/timeline`. */
function questionOf(name: string): string | undefined {
  return /^api\/([a-z]+)$/.exec(name)?.[1]
}

/** More than any action says. */
const MOST_BODY_BYTES = 4 * 1024

async function act({ request, response, content }: Exchange, name: string): Promise<void> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) {
      response.setHeader('connection', 'close')
      refuse(response, 413, { heading: 'Refused', reason: 'The request is too long.' })
      return
    }
    chunks.push(chunk)
  }
  const action = questionOf(name)
  const body = parseJson(Buffer.concat(chunks).toString())
  sendJson(response, action === undefined ? undefined : await content.act?.(action, body))
}

/** 404 if there is nothing to send. */
function sendJson(response: ServerResponse, found: unknown): void {
  if (response.destroyed) return
  if (found === undefined) {
    refuse(response, 404, { heading: 'Nothing here', reason: 'The page has nothing at this address.' })
    return
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(found))
}
