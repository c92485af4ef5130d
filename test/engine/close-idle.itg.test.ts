import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closeIdleProgram } from '../../src/adapters/ports/close-idle-program.ts'
import { drainLoopScript, judgeConnectionsProgram } from '../../src/adapters/ports/forward-scripts.ts'

const fixture = join(import.meta.dirname, '../support/load/kept-connections.mjs')
const setUp =
  'ip link set lo up && ip addr add 10.9.0.1/32 dev lo && ip addr add 10.9.0.2/32 dev lo && exec "$@"'
const LIMIT_S = '20'

type Seen = { exitCode: number; requests: number; failed: number; stillOpen: number }

/** What became of clients that keep their connections, in a network of their own, while a program closes idle ones of port 8000. */
async function closeWith(program: readonly string[], clients: 'quiet' | 'busy' | 'local'): Promise<Seen> {
  const argv = ['--net', 'sh', '-c', setUp, 'sh', process.execPath, fixture, clients, ...program]
  const child = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString()) as Seen
}

describe.each<[string, string[]]>([
  ['the program for Perl', ['perl', '-e', closeIdleProgram, LIMIT_S, '8000']],
  [
    'the loop with ss',
    ['sh', '-c', drainLoopScript, 'sh', judgeConnectionsProgram, '/dev/null', LIMIT_S, '8000'],
  ],
])('%s', (_name, program) => {
  test('closes connections that are not used, and ends', async () => {
    const seen = await closeWith(program, 'quiet')
    expect(seen).toEqual({ exitCode: 0, requests: 5, failed: 0, stillOpen: 0 })
  })

  test('leaves those of the machine itself alone', async () => {
    const seen = await closeWith(program, 'local')
    expect(seen).toEqual({ exitCode: 0, requests: 5, failed: 0, stillOpen: 5 })
  })
})

test('the program for Perl closes connections in use between two requests', async () => {
  const seen = await closeWith(['perl', '-e', closeIdleProgram, LIMIT_S, '8000'], 'busy')
  expect(seen).toMatchObject({ exitCode: 0, failed: 0, stillOpen: 0 })
  expect(seen.requests).toBeGreaterThan(20)
})
