import { expect, test } from 'vitest'
import { nameToldHost, NotAGate, readGateAnswer } from '../../../../src/adapters/gate/gate-answer.ts'

const gate = { version: 1, type: 'gate', time: '2026-11-24T18:00:00.000Z', environment: 'on-server' }
const introduction = JSON.stringify({ ...gate, path: '/srv/shop', hosts: ['local'] })
const asked = { host: 'deploy@a', request: 'status --json', path: '/srv/shop' } as const
const read = (stdout: string, stderr = '') => readGateAnswer({ stdout, stderr }, asked)

/** The failure of an answer. */
function failureOf(stdout: string, stderr = ''): unknown {
  try {
    return read(stdout, stderr)
  } catch (error) {
    return error
  }
}

test('a gate says of which environment its answer is, also after the words of a login shell', () => {
  const stdout = `Welcome to a!\n${introduction}\n{"type":"status","hosts":[]}\n[1]\n"text"\n`
  expect(read(stdout)).toEqual({
    environment: 'on-server',
    hosts: ['local'],
    atMs: Date.parse('2026-11-24T18:00:00Z'),
    lines: [expect.objectContaining({ type: 'gate' }), { type: 'status', hosts: [] }],
  })
})

test('of lines without end, the first are read', () => {
  expect(read(`${introduction}\n${'{"type":"status"}\n'.repeat(50_000)}`).lines).toHaveLength(25_000)
})

test('the gate of another app is refused: its state must not appear as that of this one', () => {
  const other = JSON.stringify({ ...gate, path: '/srv/other\u001b[2J', hosts: ['local'] })
  expect(failureOf(`${other}\n{"type":"status"}\n`)).toMatchObject({
    code: 'GATE_REFUSED',
    message:
      'The key that deploy@a accepted is one of `dray gate` for the app in /srv/other, not in /srv/shop.',
  })
})

test('a request that the gate does not allow is named, with what to add to its line', () => {
  const stderr = '✗ … [GATE_REFUSED]\n\n  → Allowed after `ssh HOST`: `deploy TAG [IMAGE@DIGEST...]`.\n'
  expect(failureOf('', stderr)).toMatchObject({
    code: 'GATE_REFUSED',
    message: 'The key that deploy@a accepted is one of `dray gate`, which does not allow `status --json`.',
    hint: expect.stringContaining('Allow `status` in its line of `authorized_keys`') as string,
    details: { logTail: expect.arrayContaining([expect.stringContaining('Allowed after')]) as string[] },
  })
})

test('the failure that a gate reports is that of the host, if this dray knows its code', () => {
  const failed = (code: string): string =>
    `${introduction}\n${JSON.stringify({ type: 'failed', failure: { code, message: 'Docker is down.\u001b[2J', hint: 'x'.repeat(9000) } })}\n`
  expect(failureOf(failed('DOCKER_DENIED'))).toMatchObject({
    code: 'DOCKER_DENIED',
    message: 'The gate of deploy@a: Docker is down.',
  })
  expect((failureOf(failed('DOCKER_DENIED')) as { hint: string }).hint.length).toBeLessThan(2100)
  expect(failureOf(failed('constructor'))).toMatchObject({ code: 'HOST_COMMAND_FAILED' })
})

test('a failure of a gate with several hosts is beside what some of them answered', () => {
  const several = JSON.stringify({ ...gate, path: '/srv/shop', hosts: ['a', 'b'] })
  const failure = { code: 'HOST_UNREACHABLE', message: 'b does not answer over SSH.', hint: 'Start b.' }
  const lines = [
    { type: 'history.attempt', host: 'a' },
    { type: 'failed', failure },
  ]
  expect(read([several, ...lines.map((it) => JSON.stringify(it))].join('\n'))).toMatchObject({
    hosts: ['a', 'b'],
    lines: [{ type: 'gate' }, ...lines],
    failure: { code: 'HOST_COMMAND_FAILED', message: 'The gate of deploy@a: b does not answer over SSH.' },
  })
})

test.each([
  ['nothing', '', ''],
  ['a shell', '', 'sh: 1: status: not found\n'],
  ['an answer without an introduction', '{"type":"status","hosts":[]}\n', ''],
  ['an introduction without hosts', JSON.stringify({ ...gate, path: '/srv/shop', hosts: [] }), ''],
  ['an introduction whose names are endless', introduction.replace('on-server', 'x'.repeat(5000)), ''],
  ['nested JSON without end', '['.repeat(200_000), ''],
])('%s is no answer of a gate', (_, stdout, stderr) => {
  expect(failureOf(stdout, stderr)).toBeInstanceOf(NotAGate)
  expect(failureOf(stdout, stderr)).toMatchObject({ code: 'HOST_COMMAND_FAILED' })
})

test('the only host of a gate is that of dray.yml here; of several, each has a name of its own', () => {
  const answer = { environment: 'production', atMs: 0, lines: [] }
  expect(nameToldHost('bastion', { ...answer, hosts: ['local'] }, 'local')).toBe('bastion')
  expect(nameToldHost('bastion', { ...answer, hosts: ['a', 'b'] }, 'b')).toBe('bastion: b')
  expect(nameToldHost('bastion', { ...answer, hosts: ['a', 'b'] }, 'c')).toBeUndefined()
})
