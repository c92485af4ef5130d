import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import type { OnHost } from '../../src/cli/commands/inspect/ask-status.ts'
import { followDeploy } from '../../src/cli/commands/inspect/ui/follow-deploy.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { FakeClock } from '../support/fake-clock.ts'

const entry = (event: string, facts: object = {}): string =>
  JSON.stringify({ version: 1, at: 1_000, release: 'r1', event, ...facts })

/** A host whose journal the test writes, and whose connection it breaks. */
function followed(journal: string) {
  const clock = new FakeClock(0)
  const state = { isBroken: false, begins: 0, line: new PassThrough() }
  let read: (output: { exitCode: number; stdout: string; stderr: string }) => void = () => undefined
  const first = new Promise<{ exitCode: number; stdout: string; stderr: string }>(
    (resolve) => (read = resolve),
  )
  const onHost: OnHost = async (_, act) => {
    if (state.isBroken) throw new DrayError('HOST_UNREACHABLE', 'a does not answer over SSH.')
    state.begins += 1
    const runner = {
      name: 'a',
      run: () => first,
      open: () => {
        state.line = new PassThrough()
        return { stream: state.line, ended: Promise.resolve({ exitCode: 255, stderr: '' }) }
      },
    }
    await act(runner as unknown as CommandRunner)
    throw new DrayError('HOST_UNREACHABLE', 'a does not answer over SSH.')
  }
  const environment = { name: 'production', path: '/srv/shop', hosts: ['a'] }
  const input = { config: { environment } } as unknown as EnvironmentInput
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  const follower = followDeploy(input, { onHost, context, newsOf: () => undefined })
  const answer = (): void =>
    read({
      exitCode: 0,
      stdout: `@@dray journal-bytes\n9\n@@dray journal-backwards\n${journal}\n`,
      stderr: '',
    })
  return { follower, state, answer, host: () => follower.state().hosts[0] }
}

test('is not read before the journal was, and has no deploy only after that', async () => {
  const { follower, answer, host } = followed('')
  using _ = follower
  expect(host()).toEqual({ host: 'a', isRead: false })
  answer()
  await expect.poll(() => host()?.isRead).toBe(true)
  expect(host()).toMatchObject({ attempt: undefined, quietMs: undefined })
})

test('keeps the last known deploy when the host does not answer, however long', async () => {
  const { follower, state, answer, host } = followed(entry('deploy.started', { tag: 'v1' }))
  using _ = follower
  answer()
  await expect.poll(() => host()?.attempt?.tag).toBe('v1')
  expect(host()?.quietMs).toBeUndefined()
  state.line.write(`${entry('step.started', { step: 1, kind: 'run-task' })}\n`)
  await expect.poll(() => host()?.attempt?.steps.length).toBe(1)
  expect(host()?.quietMs).toBe(0)
  state.isBroken = true
  state.line.end()
  await expect.poll(() => host()?.failure?.code).toBe('HOST_UNREACHABLE')
  await expect.poll(() => (host()?.quietMs ?? 0) > 20_000).toBe(true)
  expect(host()).toMatchObject({
    isRead: true,
    attempt: { release: 'r1', tag: 'v1', steps: [{ kind: 'run-task' }] },
    failure: { code: 'HOST_UNREACHABLE' },
  })
})

test('reads the whole journal again after a deploy with an older number began: the app was removed before', async () => {
  const { follower, state, answer, host } = followed(entry('deploy.started', { release: 'r5', tag: 'v1' }))
  using _ = follower
  answer()
  await expect.poll(() => host()?.attempt?.release).toBe('r5')
  state.line.write(`${entry('step.started', { release: 'r4', step: 1, kind: 'run-task' })}\n`)
  state.line.write(`${entry('step.started', { release: 'r5', step: 1, kind: 'run-task' })}\n`)
  await expect.poll(() => host()?.attempt?.steps.length).toBe(1)
  expect(state.begins).toBe(1)
  state.line.write(`${entry('deploy.started', { release: 'r1', at: 9_000 })}\n`)
  await expect.poll(() => state.begins).toBe(2)
})

test('a server that a gate does not reach keeps what is known of it, and is asked for less and less often', async () => {
  const clock = new FakeClock(0)
  const times: number[] = []
  const facts = { startedAt: '2026-11-24T18:00:00Z', isArchived: true, isCurrent: true }
  const attemptOf = (host: string) => ({
    ...{ type: 'history.attempt', host, release: news === '' ? 'r1' : 'r2' },
    ...{ ...facts, outcome: { kind: 'deployed' } },
  })
  const failure = { code: 'HOST_UNREACHABLE', message: 'b does not answer over SSH.', hint: 'Start b.' }
  const unread = { type: 'history.unread', host: 'b', failure }
  let news = ''
  const onHost: OnHost = async (_, _act, through) => {
    times.push(clock.now())
    if (through === undefined) throw new DrayError('GATE_REFUSED', 'The key is one of a gate.')
    const lines = [attemptOf('a'), news === '' ? attemptOf('b') : unread]
    return through.read({ environment: 'production', hosts: ['a', 'b'], atMs: 0, lines }, false)
  }
  const environment = { name: 'production', path: '/srv/shop', hosts: ['bastion'] }
  const input = { config: { environment } } as unknown as EnvironmentInput
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  using follower = followDeploy(input, { onHost, context, newsOf: () => news })
  const shown = () => follower.state().hosts
  await expect.poll(() => shown()).toMatchObject([{ attempt: { release: 'r1' } }, { host: 'bastion: b' }])
  news = 'b is down'
  await expect.poll(() => shown()[1]?.failure).toBeDefined()
  const downAtMs = times[1] ?? 0
  expect(shown()).toMatchObject([
    { host: 'bastion: a', isRead: true, attempt: { release: 'r2' } },
    {
      ...{ host: 'bastion: b', isRead: true, attempt: { release: 'r1' } },
      failure: { message: 'The gate of bastion: b does not answer over SSH.' },
    },
  ])
  await expect.poll(() => clock.now()).toBeGreaterThan(downAtMs + 3_600_000)
  const asked = times.filter((atMs) => atMs > downAtMs && atMs < downAtMs + 3_600_000).length
  expect(asked).toBeGreaterThan(5)
  expect(asked).toBeLessThan(20)
})

test('with a key of a gate, the last deploy is asked for when there is news, and not otherwise', async () => {
  const clock = new FakeClock(0)
  let asked = 0
  let news = ''
  const onHost: OnHost = async (_, _act, through) => {
    asked += 1
    if (through === undefined) throw new DrayError('GATE_REFUSED', 'The key is one of a gate.')
    expect(through.request).toBe('history --json --steps')
    const attempt = { type: 'history.attempt', host: 'local', release: `r${asked}` }
    const facts = { startedAt: '2026-11-24T18:00:00Z', isArchived: true, isCurrent: true }
    const line = { ...attempt, ...facts, outcome: { kind: 'deployed' } }
    return through.read({ environment: 'on-server', hosts: ['local'], atMs: 0, lines: [line] }, false)
  }
  const environment = { name: 'production', path: '/srv/shop', hosts: ['a'] }
  const input = { config: { environment } } as unknown as EnvironmentInput
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  using follower = followDeploy(input, { onHost, context, newsOf: () => news })
  const shown = () => follower.state().hosts
  await expect.poll(() => shown()[0]?.attempt?.release).toBe('r1')
  const calmMs = clock.now()
  await expect.poll(() => clock.now()).toBeGreaterThan(calmMs + 60_000)
  expect(asked).toBe(1)
  news = 'r2'
  await expect.poll(() => shown()[0]?.attempt?.release).toBe('r2')
  expect(shown()).toMatchObject([{ host: 'a', isRead: true }])
  expect(asked).toBe(2)
})
