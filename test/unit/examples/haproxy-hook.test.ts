import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('../../../examples/load-balancer/haproxy.sh', import.meta.url))

/**
 * The runtime API of a HAProxy that knows a.example.com, with its open sessions and its status at each question; the last ones stay.
 */
async function startApi(
  sessions: readonly number[],
  states: readonly string[] = ['UP'],
): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = []
  let questions = 0
  const answer = (command: string): string => {
    if (command === 'show stat') {
      const at = <T>(of: readonly T[]): T | undefined => of[Math.min(questions, of.length - 1)]
      const line = (name: string, open: unknown, status: unknown): string =>
        `shop,${name},0,0,${String(open)}${','.repeat(13)}${String(status)},1\n`
      const text = `# pxname,svname\n${line('a.example.com', at(sessions), at(states))}${line('BACKEND', 7, 'DOWN')}\n`
      questions += 1
      return text
    }
    if (command.includes(' other/')) return 'No such backend.\n\n'
    return command.includes('/a.example.com ') ? '\n' : 'No such server.\n\n'
  }
  const server = createServer((socket) => {
    socket.once('data', (text) => {
      const command = text.toString().trim()
      asked.push(command)
      socket.end(answer(command))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function runHook(
  api: string,
  environment: Record<string, string>,
): Promise<{ exitCode: unknown; text: string }> {
  const env = {
    PATH: process.env['PATH'],
    LB_API: api,
    DRAY_HOST: 'deploy@a.example.com:2222',
    ...environment,
  }
  const hook = spawn('bash', [script], { env })
  let text = ''
  for (const stream of [hook.stdout, hook.stderr]) stream.on('data', (part) => (text += String(part)))
  const [exitCode] = (await once(hook, 'close')) as unknown[]
  return { exitCode, text: text.trim() }
}

test('a host leaves when the requests that it has are answered', async () => {
  const { address, asked } = await startApi([2, 1, 0])
  expect(await runHook(address, { DRAY_HOOK: 'leave' })).toEqual({
    exitCode: 0,
    text: 'shop/a.example.com: leave',
  })
  const stat = 'show stat'
  expect(asked).toEqual(['set server shop/a.example.com state drain', stat, stat, stat])
}, 60_000)

test('a host has joined when HAProxy has seen that it is up', async () => {
  const { address, asked } = await startApi([0], ['DOWN', 'DOWN 1/2', 'UP'])
  expect(await runHook(address, { DRAY_HOOK: 'join' })).toEqual({
    exitCode: 0,
    text: 'shop/a.example.com: join',
  })
  const stat = 'show stat'
  expect(asked).toEqual(['set server shop/a.example.com state ready', stat, stat, stat])
  const unchecked = await startApi([0], ['no check'])
  expect((await runHook(unchecked.address, { DRAY_HOOK: 'join' })).exitCode).toBe(0)
  const down = await startApi([0], ['DOWN'])
  expect(await runHook(down.address, { DRAY_HOOK: 'join', LB_JOIN_SECONDS: '1' })).toEqual({
    exitCode: 1,
    text: 'shop/a.example.com: still DOWN after 1 s',
  })
}, 60_000)

test('requests that do not end are left after a while, and said', async () => {
  const { address } = await startApi([3])
  expect(await runHook(address, { DRAY_HOOK: 'leave', LB_DRAIN_SECONDS: '1' })).toEqual({
    exitCode: 0,
    text: 'shop/a.example.com: 3 still open after 1 s\nshop/a.example.com: leave',
  })
}, 60_000)

test('a host that HAProxy does not have is left alone, and a backend that it does not have is an error', async () => {
  const { address } = await startApi([0])
  for (const DRAY_HOOK of ['leave', 'join'])
    expect(await runHook(address, { DRAY_HOOK, DRAY_HOST: 'w.example.com' })).toEqual({
      exitCode: 0,
      text: 'shop/w.example.com: not in HAProxy, so nothing to do',
    })
  expect(await runHook(address, { DRAY_HOOK: 'leave', LB_BACKEND: 'other' })).toEqual({
    exitCode: 1,
    text: 'HAProxy: No such backend.',
  })
}, 60_000)

test('an API that does not answer fails the hook: nothing was drained', async () => {
  for (const DRAY_HOOK of ['leave', 'join']) {
    const { exitCode, text } = await runHook('127.0.0.1:1', { DRAY_HOOK })
    expect([exitCode, text]).toEqual([1, expect.stringContaining('Connection refused')])
    expect(text).not.toContain(`: ${DRAY_HOOK}`)
  }
}, 60_000)
