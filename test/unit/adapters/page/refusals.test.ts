import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  startPageServer,
  type PageContent,
  type PageServer,
} from '../../../../src/adapters/page/page-server.ts'

const content: PageContent = {
  files: new Map([['index.html', { type: 'text/html', gzip: gzipSync('page') }]]),
  answer: async () => undefined,
  follow: () => ({ [Symbol.dispose]: () => undefined }),
}

let server: PageServer
let url: URL

async function start(act?: PageContent['act']): Promise<void> {
  server = await startPageServer(0, { ...content, ...(act && { act }) })
  url = new URL(server.url)
}

beforeEach(() => start())
afterEach(() => server[Symbol.asyncDispose]())

type Sent = { method?: string; headers?: Record<string, string>; body?: string }

/** The status of an answer, its cookie, and the heading and the paragraphs of its body. */
function ask(path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  const { pathname, search } = new URL(path, url)
  const target = { host: '127.0.0.1', port: url.port, path: pathname + search, agent: false, method }
  return new Promise<{ cookie: string; refusal: (number | string)[] }>((resolve, reject) => {
    request({ ...target, headers: { host: url.host, ...headers } }, (response) => {
      let html = ''
      response.on('data', (chunk: Buffer) => (html += chunk.toString()))
      response.on('end', () => {
        const texts = [...html.matchAll(/<(?:h1|p)>(.*?)(?:<\/h1>)?$/gm)].map(([, text = '']) => text)
        const cookie = (response.headers['set-cookie']?.[0] ?? '').replace(/;.*/, '')
        resolve({ cookie, refusal: [response.statusCode ?? 0, ...texts] })
      })
    })
      .on('error', reject)
      .end(body)
  })
}

const refusalOf = async (path: string, sent?: Sent) => (await ask(path, sent)).refusal
const openPage = async () => ({ cookie: (await ask(url.search)).cookie })

const PRINTED = 'Open the whole link that <code>dray ui</code> printed'
const RESTART = 'end <code>dray ui</code> in its terminal with Ctrl-C, and start it again'

test('the refusal of another name of this machine has the address to type, and no restart', async () => {
  expect(await refusalOf(url.search, { headers: { host: `localhost:${url.port}` } })).toEqual([
    421,
    'Another address',
    `This server answers at <code>${url.host}</code> only.`,
    `Begin the address with <code>http://${url.host}/</code>, as in the link that <code>dray ui</code> printed. If you forward the port, it has to be the same port here.`,
  ])
})

test('a browser that has access does not read that it has none', async () => {
  const headers = await openPage()
  expect(await refusalOf('other', { headers })).toEqual([
    404,
    'Nothing here',
    'The page has nothing at this address.',
  ])
  expect(await refusalOf('/', { headers })).toEqual([
    404,
    'Not the page',
    'This is not the link that dray printed.',
    `${PRINTED} in its terminal.`,
  ])
  expect(await refusalOf('api/x', { method: 'POST', headers })).toEqual([
    405,
    'Not allowed',
    'The page is read-only.',
    '<code>dray ui --write</code> serves a page that can roll back.',
  ])
  expect(await refusalOf('api/x', { method: 'DELETE', headers })).toEqual([
    405,
    'Not allowed',
    'The page is read-only.',
  ])
  expect(await refusalOf('api/x', { headers: { ...headers, origin: 'http://evil.example' } })).toEqual([
    403,
    'Refused',
    'The request comes from another site.',
  ])
})

test('what the page may write has its own refusals', async () => {
  await server[Symbol.asyncDispose]()
  await start(async () => ({}))
  const own = { ...(await openPage()), origin: url.origin, 'content-type': 'application/json' }
  const post = (headers: Record<string, string>, body = '{}') =>
    refusalOf('api/x', { method: 'POST', headers: { ...own, ...headers }, body })
  expect(await post({ origin: 'http://evil.example' })).toEqual([
    403,
    'Refused',
    'The request does not come from the page.',
  ])
  expect(await post({ 'content-type': 'text/plain' })).toEqual([415, 'Refused', 'The page sends JSON.'])
  expect(await post({}, 'x'.repeat(5000))).toEqual([413, 'Refused', 'The request is too long.'])
  expect(await refusalOf('api/x', { method: 'PUT', headers: own })).toEqual([
    405,
    'Not allowed',
    'The page does not know this method.',
  ])
})

test('only a browser without access is shown how to get a link', async () => {
  expect(await refusalOf('.')).toEqual([
    403,
    'No access',
    'This browser has no access: the link is incomplete, or of another <code>dray ui</code>.',
    `${PRINTED}. If it was opened in another browser, ${RESTART}: each link opens the page in one browser.`,
  ])
  await openPage()
  expect(await refusalOf(url.search)).toEqual([
    403,
    'No access',
    'This link was already used, and opens the page once: perhaps in another browser. That browser has lost its access, too.',
    `For a new link, ${RESTART}.`,
  ])
})
