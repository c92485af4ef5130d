import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import getPort from 'get-port'
import { afterEach, describe, expect, test } from 'vitest'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { plainShell } from '../../../support/hosts/plain-shell.ts'
import { createProber } from '../../../../src/adapters/http/prober.ts'
import { expiredCertificate, testCertificate, testKey } from './test-certificates.ts'

const opened: { close: () => unknown }[] = []
afterEach(() => {
  for (const it of opened.splice(0)) it.close()
})

const prober = createProber(new LocalRunner())

async function serve(answer: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push({ close: () => (server.closeAllConnections(), server.close()) })
  return { server, port: (server.address() as AddressInfo).port }
}

test.each([
  [false, { error: 'no answer within 500 ms' }],
  [true, { error: 'no answer within 500 ms', unsent: true }],
])('a request without an answer, over a connection that is frozen: %s', async (isFrozen, answer) => {
  const { port } = await serve(() => undefined)
  const local = new LocalRunner()
  const runner = {
    ...plainShell(local),
    run: isFrozen ? () => Promise.reject(new Error('no answer')) : local.run.bind(local),
  }
  expect(await createProber(runner).get(`http://localhost:${port}/`, 500)).toEqual(answer)
})

test('a port without TLS is described without the words of OpenSSL', async () => {
  const { port } = await serve((_, response) => response.end())
  const warned: unknown[] = []
  const onWarning = (warning: unknown): number => warned.push(warning)
  process.on('warning', onWarning)
  const dial = plainShell(new LocalRunner())
  for (const probing of [prober, createProber(dial)])
    expect(await probing.get(`https://127.0.0.1:${port}/`, 60_000, { fromHost: true })).toEqual({
      error: 'it does not answer in TLS',
    })
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(warned).toEqual([])
})

test('a request over a connection that broke was not sent', async () => {
  const runner = {
    ...plainShell(new LocalRunner()),
    dial: () => Promise.reject(new DrayError('HOST_UNREACHABLE', 'a does not answer over SSH.')),
  }
  expect(await createProber(runner).get('http://localhost:1/', 60_000)).toEqual({
    error: 'a does not answer over SSH.',
    unsent: true,
  })
})

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )

describe.each([
  ['through the host', 'localhost'],
  ['from here', '0.0.0.0'],
])('a request %s', (_way, name) => {
  test.each([200, 302, 404, 503])('gives status %i', async (status) => {
    const { port } = await serve((_request, response) =>
      response.writeHead(status, { location: '/' }).end('x'),
    )
    expect(await prober.get(`http://${name}:${port}/`, 60_000)).toEqual({ status })
  })

  test('asks for the path and the host that the URL has, by a name of its own', async () => {
    const seen: unknown[] = []
    const { port } = await serve((request, response) => {
      seen.push(request.url, request.headers.host, request.headers['user-agent'])
      response.end()
    })
    await prober.get(`http://${name}:${port}/api/health?a=b`, 60_000)
    expect(seen).toEqual(['/api/health?a=b', `${name}:${port}`, 'dray-probe'])
  })

  test('leaves no connection open, however often it is made', async () => {
    const { server, port } = await serve((_request, response) => response.end('x'))
    const sockets = new Set<object>()
    const closed: Promise<unknown>[] = []
    server.on('connection', (socket) => {
      sockets.add(socket)
      closed.push(once(socket, 'close'))
    })
    for (let turn = 0; turn < 5; turn += 1) await prober.get(`http://${name}:${port}/`, 60_000)
    await Promise.all(closed)
    expect([sockets.size, await connectionsOf(server)]).toEqual([5, 0])
  })

  test('that gets no answer in time says so, and lets go', async () => {
    const { server, port } = await serve(() => undefined)
    const connected = once(server, 'connection')
    const answer = prober.get(`http://${name}:${port}/`, 2_000)
    const [socket] = (await connected) as [NodeJS.EventEmitter]
    const closed = once(socket, 'close')
    expect(await answer).toEqual({ error: 'no answer within 2000 ms' })
    await closed
  })

  test('whose answer breaks off is no answer', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('x', () => response.destroy())
    })
    expect(await prober.get(`http://${name}:${port}/`, 60_000)).toHaveProperty('error')
  })

  test('whose answer never ends is no answer', async () => {
    const { port } = await serve((_request, response) => void response.writeHead(200).write('x'))
    expect(await prober.get(`http://${name}:${port}/`, 100)).toEqual({ error: 'no answer within 100 ms' })
  })

  test('that is refused says so', async () => {
    const { server, port } = await serve(() => undefined)
    server.close()
    await once(server, 'close')
    expect(await prober.get(`http://${name}:${port}/`, 60_000)).toMatchObject({
      error: expect.stringContaining('ECONNREFUSED') as unknown,
    })
  })
})

test('a connection to the host that is never made is given up in time', async () => {
  const runner = Object.assign(new LocalRunner(), { dial: () => new Promise<never>(() => undefined) })
  expect(await createProber(runner).get('http://localhost:1/', 100)).toEqual({
    error: 'no answer within 100 ms',
  })
})

describe('a domain of a front', () => {
  async function serveTls(cert: string): Promise<number> {
    const server = createTlsServer({ cert, key: testKey }, (_, response) => response.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    opened.push({ close: () => (server.closeAllConnections(), server.close()) })
    return (server.address() as AddressInfo).port
  }
  const ask = (name: string, port: number, anyIssuer: boolean) =>
    prober.get(`https://${name}:${port}/`, 60_000, { domain: { anyIssuer } })

  test('is requested at the host, wherever its name leads', async () => {
    expect(await ask('app.example.com', await serveTls(testCertificate), true)).toEqual({ status: 200 })
  })

  test.each<[string, string, string, boolean, RegExp]>([
    ['unknown issuer', testCertificate, 'app.example.com', false, /self-signed certificate/],
    ['other name', testCertificate, 'www.example.com', true, /does not match certificate's altnames/],
    ['expired', expiredCertificate, 'app.example.com', true, /expired/i],
  ])('needs a valid certificate: %s', async (_what, certificate, name, anyIssuer, error) => {
    expect(await ask(name, await serveTls(certificate), anyIssuer)).toEqual({
      error: expect.stringMatching(error) as unknown,
    })
  })
})

describe('whether something listens', () => {
  test('is known of a port that is open', async () => {
    const { port } = await serve(() => undefined)
    expect(await prober.listens('127.0.0.1', port)).toBe('yes')
  })

  test('is known of a port that is closed', async () => {
    expect(await prober.listens('127.0.0.1', await getPort({ host: '127.0.0.1' }))).toBe('no')
  })
})
