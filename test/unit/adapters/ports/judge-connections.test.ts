import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { judgeConnectionsProgram } from '../../../../src/adapters/ports/forward-scripts.ts'

/** A connection as `ss -Htni state established` prints it; the times are milliseconds ago. */
function connection(
  peer: string,
  { sent, received, queued = 0 }: { sent: number; received: number; queued?: number },
): string {
  const times = [sent > 0 ? `lastsnd:${sent}` : [], received > 0 ? `lastrcv:${received}` : []]
    .flat()
    .join(' ')
  return `0      ${queued}      [::ffff:172.18.0.2]:8000 ${peer}\n\t cubic wscale:7,7 rto:204 bytes_sent:875 ${times} delivered:8\n`
}

const judge = (least: number, ...connections: string[]): string => judgeBetween(least, 1e9, connections)

function judgeBetween(least: number, most: number, connections: readonly string[]): string {
  const argv = ['-v', `least=${least}`, '-v', `most=${most}`, judgeConnectionsProgram]
  return spawnSync('awk', argv, { input: connections.join('') }).stdout.toString()
}

const client = '[::ffff:192.0.2.7]:40000'
const idle = 'busy( dst 192.0.2.7 dport = :40000 sport = :8000 )'

test.each([
  ['answered long ago', { sent: 1_000, received: 1_004 }, idle],
  ['answered just now', { sent: 12, received: 2_012 }, 'busy'],
  ['not answered yet', { sent: 2_000, received: 1_500 }, 'busy'],
  [
    'a first request that came with the connection, not answered yet',
    { sent: 2_000, received: 2_000 },
    'busy',
  ],
  ['answered at once, long ago', { sent: 6_000, received: 6_000 }, idle],
  ['answered, and the client has not taken all of it', { sent: 1_000, received: 1_004, queued: 125 }, 'busy'],
  ['answered in this moment', { sent: 0, received: 40 }, 'busy'],
])('%s', (_what, facts, said) => {
  expect(judge(1_000, connection(client, facts))).toBe(said)
})

test('connections from within the container do not count, and those of several clients are one filter', () => {
  const answered = { sent: 9_000, received: 9_004 }
  expect(judge(1_000, connection('127.0.0.1:50000', answered), connection('[::1]:50001', answered))).toBe('')
  expect(judge(1_000, connection(client, answered), connection('198.51.100.9:41000', answered))).toBe(
    `${idle} or ( dst 198.51.100.9 dport = :41000 sport = :8000 )`,
  )
  expect(judge(1_000, connection('[2001:db8::9]:41000', answered))).toBe(
    'busy( dst [2001:db8::9] dport = :41000 sport = :8000 )',
  )
  expect(judge(1_000)).toBe('')
})

test('one that is in use is closed only right after an answer', () => {
  expect(judgeBetween(20, 100, [connection(client, { sent: 40, received: 44 })])).toBe(idle)
  expect(judgeBetween(20, 100, [connection(client, { sent: 400, received: 404 })])).toBe('busy')
})
