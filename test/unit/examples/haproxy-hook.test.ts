import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('../../../examples/load-balancer/haproxy.sh', import.meta.url))

/** The runtime API of a HAProxy that knows a.example.com, with the sessions that it has at each question; the last one stays. */
async function startApi(sessions: readonly number[]): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = []
  let questions = 0
  const answer = (command: string): string => {
    if (command === 'show stat') {
      const open = sessions[Math.min(questions++, sessions.length - 1)] ?? 0
      return `# pxname,svname,qcur,qmax,scur,smax\nshop,a.example.com,0,0,${open},9\nshop,BACKEND,0,0,7,9\n\n`
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

test('a host leaves when the requests that it has are answered, and joins', async () => {
  const { address, asked } = await startApi([2, 1, 0])
  expect(await runHook(address, { DRAY_HOOK: 'leave' })).toEqual({
    exitCode: 0,
    text: 'shop/a.example.com: leave',
  })
  const stat = 'show stat'
  expect(asked).toEqual(['set server shop/a.example.com state drain', stat, stat, stat])
  expect((await runHook(address, { DRAY_HOOK: 'join' })).exitCode).toBe(0)
  expect(asked.slice(4)).toEqual(['set server shop/a.example.com state ready'])
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
