import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  startPageServer,
  type PageContent,
  type PageServer,
} from '../../../../src/adapters/page/page-server.ts'

type Answer = { status: number; headers: Readonly<Record<string, unknown>>; body: string }

const following = new Set<(type: string, data: unknown) => void>()
const asked: string[] = []
const content: PageContent = {
  files: new Map([['index.html', { type: 'text/html; charset=utf-8', gzip: gzipSync('<p>page</p>') }]]),
  answer: async (question, query) => {
    asked.push(`${question} ${query.toString()}`)
    return question === 'timeline' ? { text: '<b>bold</b>' } : undefined
  },
  follow: (send) => {
    following.add(send)
    send('overview', { app: 'shop\nevent: other' })
    return { [Symbol.dispose]: () => void following.delete(send) }
  },
  onRevoked: () => void (revoked += 1),
}

let server: PageServer
let url: URL
let revoked = 0

/** What the server answers to these bytes. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    connect(Number(url.port), '127.0.0.1')
      .on('data', (chunk) => (answer += chunk.toString()))
      .on('error', reject)
      .on('close', () => resolve(answer))
      .end(text)
  })
}

/** Follows the events of the page. */
function follow(headers: Record<string, string>): { began: Promise<string>; ended: Promise<void> } {
  const target = { host: '127.0.0.1', port: url.port, path: `${url.pathname}events` }
  const asking = request({ ...target, headers: { host: url.host, ...headers } }).end()
  const response = new Promise<IncomingMessage>((resolve) => asking.once('response', resolve))
  return {
    began: response.then(
      (it) => new Promise((resolve) => it.once('data', (chunk) => resolve(String(chunk)))),
    ),
    ended: response.then(
      (it) =>
        new Promise((resolve) => {
          it.on('error', () => undefined).once('close', () => resolve())
        }),
    ),
  }
}

beforeEach(async () => {
  revoked = 0
  server = await startPageServer(0, content)
  url = new URL(server.url)
  asked.length = 0
})

afterEach(() => server[Symbol.asyncDispose]())

/** One request; `path` is relative to the page, with a leading slash to the server. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body: sent = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = {
      host: '127.0.0.1',
      port: url.port,
      path: new URL(path, url).pathname + new URL(path, url).search,
    }
    // A connection of its own: the server may have closed one that was kept.
    request({ ...target, agent: false, method, headers: { host: url.host, ...headers } }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', reject)
      .end(sent)
  })
}

/** The cookie that the token is exchanged for. */
async function open(): Promise<{ cookie: string; answer: Answer }> {
  const answer = await ask(url.search)
  const [set = ''] = answer.headers['set-cookie'] as string[]
  return { cookie: set.replace(/;.*/, ''), answer }
}

test('the link opens the page once, with a cookie that only this page gets', async () => {
  const { cookie, answer } = await open()
  expect(answer).toMatchObject({ status: 200, body: '<p>page</p>' })
  expect(answer.headers['set-cookie']).toEqual([`${cookie}; Path=${url.pathname}; HttpOnly; SameSite=Strict`])
  expect(await ask('.', { headers: { cookie } })).toMatchObject({ status: 200 })
  expect(await ask(url.search, { headers: { cookie } })).toMatchObject({ status: 200 })
  expect(revoked).toBe(0)
})

test('a second use of the link ends the access of the first browser, and is reported', async () => {
  const { cookie } = await open()
  const events = follow({ cookie })
  await events.began
  const again = await ask(url.search)
  expect(again.status).toBe(403)
  expect(again.body).toContain('This link was already used')
  expect(again.body).toContain('That browser has lost its access, too.')
  expect(again.headers['set-cookie']).toBeUndefined()
  await events.ended
  await expect.poll(() => revoked).toBe(1)
  const refused = await ask('events', { headers: { cookie } })
  expect([refused.status, refused.body.includes('This link was already used')]).toEqual([403, true])
  expect((await ask(url.search)).status).toBe(403)
  expect(revoked).toBe(1)
})

test.each([
  '//',
  '//evil.example/',
  '///',
  '*',
  'http:',
  'http://evil.example/',
  '/%',
  '/\\u0000',
  '?token=x',
])('a request for `%s` is answered, and the server continues', async (target) => {
  const { cookie } = await open()
  const answer = await sendRaw(`GET ${target} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404) /)
  if (target.startsWith('//')) expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*nosniff/)
  expect((await ask('.', { headers: { cookie } })).status).toBe(200)
})

test.each(['?token=guessed', '?token=', '.', 'api/timeline', 'events'])(
  'without the token or the cookie, `%s` is refused',
  async (path) => {
    const answer = await ask(path, { headers: { cookie: 'dray-ui=guessed' } })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('the link is incomplete, or of another <code>dray ui</code>')
    expect(asked).toEqual([])
  },
)

test('a HEAD request does not use the link up', async () => {
  expect((await ask(url.search, { method: 'HEAD' })).status).toBe(403)
  expect((await open()).answer.status).toBe(200)
})

test('each start has another token, path and cookie', async () => {
  await using other = await startPageServer(0, content)
  expect(new URL(other.url).pathname).not.toBe(url.pathname)
  expect(new URL(other.url).search).not.toBe(url.search)
})

describe('of a page that may write', () => {
  const acted: unknown[] = []
  let writable: PageServer
  let own: Record<string, string>

  beforeEach(async () => {
    await server[Symbol.asyncDispose]()
    acted.length = 0
    writable = await startPageServer(0, {
      ...content,
      act: async (action, body) => {
        acted.push(action, body)
        return action === 'rollback' ? { state: 'running' } : undefined
      },
    })
    server = writable
    url = new URL(writable.url)
    const { cookie } = await open()
    own = { cookie, origin: url.origin, 'content-type': 'application/json' }
  })

  const post = (headers: Record<string, string>, body = '{"release":"r1"}', path = 'api/rollback') =>
    ask(path, { method: 'POST', headers, body })

  test('its own script can', async () => {
    expect(await post(own)).toMatchObject({ status: 200, body: '{"state":"running"}' })
    expect(acted).toEqual(['rollback', { release: 'r1' }])
    expect((await post(own, '{}', 'api/other')).status).toBe(404)
    expect((await ask('api/rollback', { method: 'DELETE', headers: own })).status).toBe(405)
  })

  test('one that breaks off in the middle does nothing, and the server continues', async () => {
    const lines = Object.entries({ host: url.host, ...own, 'content-length': '1000' })
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    await sendRaw(`POST ${url.pathname}api/rollback HTTP/1.1\r\n${head}\r\n{"release":`)
    expect(acted).toEqual([])
    expect((await post(own)).status).toBe(200)
  })

  test.each<[string, Record<string, string>, number]>([
    ['another site', { origin: 'http://evil.example' }, 403],
    ['another page on this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['a document without an origin', { origin: 'null' }, 403],
    ['a browser that says that it is another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a form of text', { 'content-type': 'text/plain' }, 415],
    ['a program without the cookie', { cookie: '' }, 403],
    ['a name that leads here', { host: 'evil.example' }, 421],
  ])('%s cannot', async (_, headers, status) => {
    expect((await post({ ...own, ...headers })).status).toBe(status)
    expect(acted).toEqual([])
  })

  test('nor can a program that sends no origin, or too much', async () => {
    const { origin: _, ...others } = own
    expect((await post(others)).status).toBe(403)
    expect((await post(own, `"${'x'.repeat(5000)}"`)).status).toBe(413)
    expect(acted).toEqual([])
  })
})

describe('with the cookie', () => {
  let headers: Record<string, string>

  beforeEach(async () => {
    headers = { cookie: (await open()).cookie }
  })

  test('answers with JSON, and with 404 where there is nothing', async () => {
    const answer = await ask('api/timeline?environment=production', { headers })
    expect(answer).toMatchObject({ status: 200, body: '{"text":"<b>bold</b>"}' })
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(asked).toEqual(['timeline environment=production'])
    for (const path of ['api/other', 'api/../timeline', 'other', '/', '/index.html'])
      expect((await ask(path, { headers })).status, path).toBe(404)
  })

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost', '[::1]'])(
    'the host %s is refused: its name may lead here by DNS rebinding',
    async (host) => {
      expect((await ask('api/timeline', { headers: { ...headers, host } })).status).toBe(421)
    },
  )

  test.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ])('another site is refused: %j', async (foreign) => {
    expect((await ask('api/timeline', { headers: { ...headers, ...foreign } })).status).toBe(403)
    expect(asked).toEqual([])
  })

  test('a link on another site may open the page alone', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask('.', { headers: { ...headers, ...foreign } })).status).toBe(200)
    const own = { origin: url.origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
    expect((await ask('api/timeline', { headers: { ...headers, ...own } })).status).toBe(200)
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is refused: nothing can be changed',
    async (method) => {
      const answer = await ask('api/timeline', { method, headers })
      expect(answer.status).toBe(405)
      expect(answer.headers['allow']).toBe('GET, HEAD')
      expect(asked).toEqual([])
    },
  )

  test('every answer forbids other origins, inline scripts, frames and caches', async () => {
    for (const path of ['.', 'api/timeline', 'other', '/']) {
      const answer = await ask(path, { headers })
      const policy = String(answer.headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain(
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      )
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/)
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('a page that is followed gets events, until it is closed', async () => {
    const events = await new Promise<string>((resolve, reject) => {
      const following = request(
        {
          host: '127.0.0.1',
          port: url.port,
          path: `${url.pathname}events`,
          headers: { host: url.host, ...headers },
        },
        (response) => {
          response.once('data', (chunk) => {
            resolve(String(chunk))
            following.destroy()
          })
        },
      )
      following.on('error', reject).end()
    })
    // A line break in a text cannot begin another event.
    expect(events).toBe('event: overview\ndata: {"app":"shop\\nevent: other"}\n\n')
    await expect.poll(() => following.size).toBe(0)
  })
})

test('a port in use is a failure with a code', async () => {
  await expect(startPageServer(Number(url.port), content)).rejects.toMatchObject({
    code: 'UI_PORT_TAKEN',
    message: `Port ${url.port} of this machine is in use.`,
  })
})
