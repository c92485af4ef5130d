import { expect, test } from 'vitest'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import { openGates, type ThroughGate } from '../../src/cli/commands/inspect/through-gate.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { FakeClock } from '../support/fake-clock.ts'

const introduction =
  '{"version":1,"type":"gate","time":"2026-11-24T18:00:00.000Z","environment":"on-server","path":"/srv/shop","hosts":["local"]}\n'
const { signal } = new AbortController()
const through: ThroughGate<string> = {
  ...{ request: 'status --json', path: '/srv/shop' },
  read: ({ environment }) => `asked ${environment}`,
}

/** A server whose login program is a gate while `isGate`, with what was done to it. */
function fakeServer() {
  const done: string[] = []
  const clock = new FakeClock(0)
  const server = {
    clock,
    isGate: true,
    /** What a gate of an older dray refuses. */
    unknown: '',
    answer: { exitCode: 0, stdout: introduction, stderr: '' },
    done,
  }
  const runner = {
    name: 'deploy@a',
    connect: async () => {
      done.push('connect')
      if (server.isGate)
        throw new DrayError('GATE_REFUSED', 'The key that deploy@a accepted is one of a gate.')
    },
    ask: async (request: string) => {
      done.push(request)
      return request === server.unknown ? refusal : server.answer
    },
  } as unknown as CommandRunner
  const gates = openGates(clock)
  const read = (asks = true, asked = through): Promise<string> =>
    gates.read(runner, async () => 'read', { through: asks ? asked : undefined, signal })
  return { server, read }
}

const refusal = { exitCode: 3, stdout: '', stderr: '… [GATE_REFUSED]' }
const newer: ThroughGate<string> = {
  ...{ request: 'history --json --limit 50', older: 'history --json', path: '/srv/shop' },
  read: (_, isOlder) => (isOlder ? 'the usual' : 'all'),
}

test('a host with another key is read, and never asked', async () => {
  const { server, read } = fakeServer()
  server.isGate = false
  expect([await read(), await read()]).toEqual(['read', 'read'])
  expect(server.done).toEqual(['connect', 'connect'])
})

test('a host with a key of a gate is connected to once, and then costs one request each', async () => {
  const { server, read } = fakeServer()
  expect([await read(), await read(), await read()]).toEqual(Array(3).fill('asked on-server'))
  expect(server.done).toEqual(['connect', ...Array<string>(3).fill('status --json')])
})

test('what a gate has no request for costs nothing', async () => {
  const { server, read } = fakeServer()
  await read()
  for (let times = 0; times < 3; times += 1)
    await expect(read(false)).rejects.toMatchObject({ code: 'GATE_REFUSED' })
  expect(server.done).toEqual(['connect', 'status --json'])
})

test('a host is read as soon as it has another key', async () => {
  const { server, read } = fakeServer()
  await read()
  server.isGate = false
  server.answer = { exitCode: 127, stdout: '', stderr: 'sh: status: not found\n' }
  await expect(read()).rejects.toMatchObject({ code: 'HOST_COMMAND_FAILED' })
  expect(await read()).toBe('read')
})

test('a request that a gate refuses stays one request each', async () => {
  const { server, read } = fakeServer()
  server.answer = refusal
  for (let times = 0; times < 2; times += 1)
    await expect(read()).rejects.toMatchObject({ code: 'GATE_REFUSED' })
  expect(server.done).toEqual(['connect', 'status --json', 'status --json'])
})

test('a gate that knows a newer request is asked that alone', async () => {
  const { server, read } = fakeServer()
  expect([await read(true, newer), await read(true, newer)]).toEqual(['all', 'all'])
  expect(server.done).toEqual(['connect', newer.request, newer.request])
})

test('a gate that refuses a newer request is asked in the older form alone for five minutes, and then in both', async () => {
  const { server, read } = fakeServer()
  server.unknown = newer.request
  for (let times = 0; times < 3; times += 1) expect(await read(true, newer)).toBe('the usual')
  expect(server.done).toEqual(['connect', newer.request, ...Array<string>(3).fill('history --json')])
  await server.clock.sleep(300_000)
  server.unknown = ''
  expect(await read(true, newer)).toBe('all')
})

test('a key that allows neither form costs one request each after the first refusal', async () => {
  const { server, read } = fakeServer()
  server.answer = refusal
  for (let times = 0; times < 2; times += 1)
    await expect(read(true, newer)).rejects.toMatchObject({
      code: 'GATE_REFUSED',
      message: expect.stringContaining('`history --json`') as string,
    })
  expect(server.done).toEqual(['connect', newer.request, 'history --json', 'history --json'])
})

test('the gate of another app is asked once: it would answer the older form, too', async () => {
  const { server, read } = fakeServer()
  await expect(read(true, { ...newer, path: '/srv/other' })).rejects.toMatchObject({ code: 'GATE_REFUSED' })
  expect(server.done).toEqual(['connect', newer.request])
  expect(await read(true, newer)).toBe('all')
})
