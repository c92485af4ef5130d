import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { generateLoad } from '../../../support/load/generate-load.ts'
import { answerWell, startFlakyServer } from './flaky-server.ts'

test('counts each request that failed, for the reason it failed', async () => {
  const did: Record<string, number> = {}
  const count = (reason: string) => (did[reason] = (did[reason] ?? 0) + 1)
  await using server = await startFlakyServer((request, response, number) => {
    if (number % 10 === 1) {
      count('HTTP 502')
      response.writeHead(502).end()
    } else if (number % 10 === 2) {
      count('ECONNRESET')
      request.socket.destroy()
    } else if (number % 10 === 4) {
      count('timeout')
    } else if (number % 10 === 5) {
      count('ECONNRESET')
      response.writeHead(200, { 'content-length': 100 }).write('half an answer')
      setImmediate(() => request.socket.destroy())
    } else answerWell(request, response)
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 100, postEvery: 0, timeoutMs: 2500 })
  await server.untilRequests(50)
  const report = await load.stop()

  expect(report.reasons).toEqual(did)
  expect(report.sent).toBe(server.requests())
  expect(report.failed).toBe(report.failures.length)
  expect(report.succeeded + report.failed).toBe(report.sent)
})

test('an answer that is late in its body is a timeout, not a reset', async () => {
  await using server = await startFlakyServer((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half an answer')
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 500, timeoutMs: 100 })
  await server.untilRequests(5)
  const report = await load.stop()

  expect(report.reasons).toEqual({ timeout: report.sent })
})

test('every third request is a POST, and an order that comes back changed has failed', async () => {
  await using server = await startFlakyServer((request, response) => {
    if (request.method === 'POST') response.end('{"id":0}')
    else answerWell(request, response)
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 500, timeoutMs: 60_000 })
  await server.untilRequests(30)
  const report = await load.stop()

  expect(report.reasons).toEqual({ 'wrong answer': Math.floor(report.sent / 3) })
  expect(report.failures.every(({ method, path }) => method === 'POST' && path === '/api/orders')).toBe(true)
})

test('continues to send by the clock while nothing is answered', async () => {
  const held: [IncomingMessage, ServerResponse][] = []
  await using server = await startFlakyServer((request, response) => held.push([request, response]))
  const load = generateLoad({ target: server.target, ratePerSecond: 500, connections: 2, timeoutMs: 60_000 })
  await server.untilRequests(100)
  expect(load.progress()).toMatchObject({ succeeded: 0, failed: 0 })
  const stopped = load.stop()
  await server.untilRequests(load.progress().sent)
  for (const [request, response] of held) answerWell(request, response)
  const report = await stopped

  expect(report.succeeded).toBe(report.sent)
})

test('counts an outage in full', async () => {
  const server = await startFlakyServer(answerNever)
  await server[Symbol.asyncDispose]()
  const load = generateLoad({ target: server.target, ratePerSecond: 500, timeoutMs: 60_000 })
  await expect.poll(() => load.progress().failed).toBeGreaterThan(20)
  const report = await load.stop()

  expect(report.reasons).toEqual({ ECONNREFUSED: report.sent })
  expect(report.versions).toEqual({})
})

test('reports the first answer of the new version and the last of the old one', async () => {
  await using server = await startFlakyServer((request, response, number) => {
    answerWell(request, response, number <= 20 ? 'v1' : 'v2')
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 200, timeoutMs: 60_000 })
  await server.untilRequests(40)
  const report = await load.stop()
  const { v1, v2 } = report.versions

  expect(v1?.answers).toBe(20)
  expect(v2?.answers).toBe(report.sent - 20)
  expect(v2?.firstAtMs).toBeGreaterThan(v1?.firstAtMs ?? Infinity)
  expect((v1?.lastAtMs ?? 0) - report.startedAtMs).toBeGreaterThan(80)
})

test('keeps as many connections as asked for and takes turns on them', async () => {
  await using server = await startFlakyServer((request, response) => answerWell(request, response))
  const load = generateLoad({ target: server.target, ratePerSecond: 100, connections: 5 })
  await server.untilRequests(40)
  const report = await load.stop()

  expect(server.sockets()).toBeGreaterThanOrEqual(5)
  expect(server.sockets()).toBeLessThan(report.sent)
})

test('opens a connection for each request without keep-alive', async () => {
  await using server = await startFlakyServer((request, response) => answerWell(request, response))
  const load = generateLoad({ target: server.target, ratePerSecond: 200, connections: 0 })
  await server.untilRequests(20)
  const report = await load.stop()

  expect(server.sockets()).toBe(report.sent)
})

test('does not retry a request that was cut off on a reused connection', async () => {
  const used = new Set<unknown>()
  await using server = await startFlakyServer((request, response) => {
    if (used.has(request.socket)) request.socket.destroy()
    else answerWell(request, response)
    used.add(request.socket)
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 100, connections: 1 })
  await expect.poll(() => load.progress().failed).toBeGreaterThan(1)
  const report = await load.stop()

  expect(server.requests()).toBe(report.sent)
  expect(report.reasons).toEqual({ ECONNRESET: report.failed })
  expect(report.failures.every(({ reusedConnection }) => reusedConnection)).toBe(true)
})

test('requests slow answers at the given rate', async () => {
  const paths: string[] = []
  await using server = await startFlakyServer((request, response) => {
    paths.push(`${request.method ?? ''} ${request.url ?? ''}`)
    answerWell(request, response)
  })
  const load = generateLoad({ target: server.target, ratePerSecond: 200, slow: { every: 5, ms: 2000 } })
  await server.untilRequests(15)
  const { sent } = await load.stop()
  const count = (wanted: string) => paths.filter((path) => path === wanted).length

  const posts = Math.floor(sent / 15)
  expect(count('POST /api/slow?ms=2000')).toBe(posts)
  expect(count('GET /api/slow?ms=2000')).toBe(Math.floor(sent / 5) - posts)
})

function answerNever(): void {}

test('places take turns, each with requests of every kind, and progress has what became of them', async () => {
  const seen: string[] = []
  const note: Parameters<typeof startFlakyServer>[0] = (request, response) => {
    seen.push(`${request.headers.host} ${request.method}`)
    answerWell(request, response)
  }
  await using first = await startFlakyServer(note)
  await using second = await startFlakyServer(note)
  const places = [
    { url: first.target, host: 'shop.example.com' },
    { url: second.target, readOnly: true },
  ]
  const load = generateLoad({ target: '', places, ratePerSecond: 100, freshEvery: 2, keepOutcomes: true })
  await second.untilRequests(30)
  const { outcomes: early = [] } = load.progress()
  const report = await load.stop()
  const outcomes = [...early, ...(load.progress().outcomes ?? [])]

  expect(outcomes).toHaveLength(report.sent)
  expect(outcomes.filter(({ place }) => place === 0).length).toBeGreaterThanOrEqual(30)
  expect(new Set(outcomes.flatMap(({ place, method }) => (place === 1 ? method : [])))).toEqual(
    new Set(['GET']),
  )
  expect(new Set(seen)).toEqual(
    new Set(['shop.example.com GET', 'shop.example.com POST', `${new URL(second.target).host} GET`]),
  )
})

test('leaves requests out while as many as allowed wait for their answers', async () => {
  const held: [IncomingMessage, ServerResponse][] = []
  let holds = true
  await using server = await startFlakyServer((request, response) => {
    if (holds) held.push([request, response])
    else answerWell(request, response)
  })
  const load = generateLoad({
    target: server.target,
    ratePerSecond: 500,
    maxUnderWay: 10,
    timeoutMs: 60_000,
  })
  await server.untilRequests(10)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(load.progress()).toMatchObject({ sent: 10 })
  holds = false
  for (const [request, response] of held) answerWell(request, response)
  await server.untilRequests(30)
  const report = await load.stop()

  expect(report).toMatchObject({ failed: 0, succeeded: report.sent })
})
