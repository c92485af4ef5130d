import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  endDraining,
  makeListenCheck,
  shownCheck,
  startDraining,
  wrapHealthCheck,
} from '../../../../src/deploy/model/drain-check.ts'

const execute = promisify(execFile)

/** A directory instead of `/dev/shm`, with a program that counts its runs and exits with the code in `code`. */
let memory: string
let program: string[]

beforeEach(async () => {
  memory = await mkdtemp(join(tmpdir(), 'dray-shm-'))
  program = ['sh', '-c', `echo run >> ${memory}/runs; exit $(cat ${memory}/code)`]
  await writeFile(join(memory, 'runs'), '')
})

afterEach(() => rm(memory, { recursive: true }))

async function run(argv: readonly string[]): Promise<boolean> {
  const [file = '', ...args] = argv.map((word) => word.replaceAll('/dev/shm', memory))
  return execute(file, args).then(
    () => true,
    () => false,
  )
}

/** Results of the health check, run by Docker so many times; the service's own exits with `code`. */
async function check(times: number, code: 0 | 1): Promise<{ results: boolean[]; runs: number }> {
  const wrapped = wrapHealthCheck({ argv: program, intervalMs: 8_000, retries: 2 })
  await writeFile(join(memory, 'code'), String(code))
  const before = await countRuns()
  const results: boolean[] = []
  for (let time = 0; time < times; time += 1) results.push(await run(wrapped?.argv ?? []))
  return { results, runs: (await countRuns()) - before }
}

const countRuns = async (): Promise<number> =>
  (await readFile(join(memory, 'runs'), 'utf8')).split('\n').length - 1

describe('a health check of dray', () => {
  test('runs the check of the service each time until it succeeds', async () => {
    expect(await check(3, 1)).toEqual({ results: [false, false, false], runs: 3 })
  })

  test('runs it as often as its interval says after that', async () => {
    await check(1, 0)
    expect(await check(8, 0)).toEqual({ results: Array<boolean>(8).fill(true), runs: 2 })
  })

  test('fails after as many failures in a row as its retries say', async () => {
    await check(1, 0)
    expect(await check(7, 1)).toEqual({ results: [true, true, true, true, true, true, true], runs: 1 })
    expect(await check(2, 1)).toEqual({ results: [false, false], runs: 2 })
    expect((await check(2, 0)).results).toEqual([true, true])
  })

  test('fails at once while the container is drained, without running the check', async () => {
    await check(1, 0)
    await run(startDraining)
    expect(await check(2, 0)).toEqual({ results: [false, false], runs: 0 })
    await run(endDraining)
    expect((await check(1, 0)).results).toEqual([true])
  })

  test('has the interval of the service if that is short, and gives it as long to start', () => {
    const { intervalMs, startPeriodMs, retries } =
      wrapHealthCheck({ argv: ['true'], intervalMs: 1_000, retries: 20 }) ?? {}
    expect({ intervalMs, startPeriodMs, retries }).toEqual({
      intervalMs: 1_000,
      startPeriodMs: 20_000,
      retries: 2,
    })
    expect(wrapHealthCheck({ argv: ['true'], startPeriodMs: 5_000 })).toMatchObject({
      intervalMs: 2_000,
      startPeriodMs: 95_000,
    })
  })

  test('is shown to users as the service has it', () => {
    expect(shownCheck(wrapHealthCheck({ argv: ['curl', 'localhost'] })?.argv ?? [])).toBe('curl localhost')
    const listens = makeListenCheck([8000, 8443])
    expect(shownCheck(wrapHealthCheck(listens)?.argv ?? [])).toBe('a process listens on port 8000 or 8443')
  })
})

test.each(['127.0.0.1', '::1'])('a process that listens on a port of %s is seen', async (host) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const argv = makeListenCheck([1, port]).argv ?? []
  expect(await run(argv)).toBe(true)
  await new Promise((resolve) => server.close(resolve))
  expect(await run(argv)).toBe(false)
})
