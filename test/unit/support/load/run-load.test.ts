import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runLoad } from '../../../support/load/run-load.ts'
import { answerWell, startFlakyServer } from './flaky-server.ts'

test('sends from a process of its own and reports the same as the server saw', async () => {
  await using server = await startFlakyServer((request, response, number) => {
    if (number % 4 === 0) response.writeHead(503).end()
    else answerWell(request, response, number < 30 ? 'v1' : 'v2')
  })
  await using load = await runLoad({ target: server.target, ratePerSecond: 200, timeoutMs: 60_000 })
  await load.waitUntil(({ versions }) => versions.includes('v2'))
  const report = await load.stop()

  expect(report.sent).toBe(server.requests())
  expect(report.reasons).toEqual({ 'HTTP 503': Math.floor(report.sent / 4) })
  expect(Object.keys(report.versions)).toEqual(['v1', 'v2'])
  expect(await load.stop()).toBe(report)
})

test('reports the answers of each version while it runs', async () => {
  await using server = await startFlakyServer((request, response, number) => {
    answerWell(request, response, number <= 20 ? 'v1' : 'v2')
  })
  await using load = await runLoad({ target: server.target, ratePerSecond: 200, timeoutMs: 60_000 })
  await load.waitUntil(({ answers }) => answers['v1'] === 20 && (answers['v2'] ?? 0) >= 10)
  await load.waitUntil(({ answers, succeeded }) => 20 + (answers['v2'] ?? 0) === succeeded)
})

test('starts the process with the command it is given', async () => {
  await using server = await startFlakyServer((request, response) => {
    answerWell(request, response)
  })
  const mark = join(await mkdtemp(join(tmpdir(), 'dray-load-')), 'mark')
  onTestFinished(() => rm(dirname(mark), { recursive: true }))
  const seen: number[] = []
  await using load = await runLoad({
    target: server.target,
    ratePerSecond: 100,
    startWith: ['sh', '-c', 'echo "$@" >"$0"; exec "$@"', mark],
    onProgress: ({ sent }) => seen.push(sent),
  })
  await load.waitUntil(({ succeeded }) => succeeded >= 10)

  expect(seen.at(-1)).toBeGreaterThanOrEqual(10)
  expect(await readFile(mark, 'utf8')).toContain('load-process.ts')
})

test('says so when the process cannot be started', async () => {
  const load = runLoad({
    target: 'http://127.0.0.1:9',
    ratePerSecond: 1,
    startWith: ['no-such-command-here'],
  })
  await expect(load).rejects.toThrow(/ended without a report.*no-such-command-here/)
})

test('rejects a wait whose condition never came to hold', async () => {
  await using server = await startFlakyServer((request, response) => {
    answerWell(request, response)
  })
  const load = await runLoad({ target: server.target, ratePerSecond: 100 })
  const waiting = expect(load.waitUntil(({ failed }) => failed > 0)).rejects.toThrow(
    'before the condition held',
  )
  await load.stop()
  await waiting
})
