import { describe, expect, test } from 'vitest'
import type { GateAnswer } from '../../../../src/adapters/gate/gate-answer.ts'
import {
  readToldHistory,
  type HostHistory,
  type ToldHistory,
} from '../../../../src/adapters/gate/told-history.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { historyLines } from '../../../../src/cli/commands/inspect/run-history.ts'
import { readHistory } from '../../../../src/deploy/releases/history.ts'
import { readTaskHistory } from '../../../../src/deploy/tasks/task-history.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])

/** Of a host with two deploys, one that failed, a rollback and a task. */
async function eventfulHistory(): Promise<HostHistory> {
  const world = new FakeWorld(shop)
  const task = { name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'], when: 'before' as const }
  for (const tag of ['v1', 'v2', 'v3']) {
    world.app = withTag(shop, tag)
    const commit = tag === 'v1' ? undefined : { id: '3f2a1c9', isDirty: true as const }
    world.desired = { ...world.desired, tag, commit, tasks: [task] }
    world.host.taskExitCode = tag === 'v3' ? 1 : 0
    await world.deploy().catch(() => undefined)
  }
  await world.rollback()
  const contents = await world.host.archive.read(20)
  const by = { user: 'anna', machine: 'laptop' }
  const entry = { version: 1 as const, release: 'r2', task: 'seed' }
  const tasks = [
    { ...entry, at: 5_000, event: 'task.started', by },
    { ...entry, at: 9_000, event: 'task.finished', outcome: 'failed', exitCode: 3, durationMs: 4_000 },
  ]
  return {
    host: 'local',
    attempts: readHistory(contents, 20),
    tasks: readTaskHistory({ journal: tasks }, 20),
  }
}

const answerOf = (lines: readonly object[], hosts = ['local']): GateAnswer => ({
  ...{ environment: 'on-server', hosts, atMs: 0 },
  lines: JSON.parse(JSON.stringify(lines)) as GateAnswer['lines'],
})

test('what the dray of a gate prints is what this one would have read', async () => {
  const history = await eventfulHistory()
  const lines = historyLines(history, true)
  expect(readToldHistory(answerOf(lines), { host: 'local', limit: 20 })).toEqual([history])
  expect(history.attempts[0]?.steps.length).toBeGreaterThan(0)
})

test('so is what it knows of an attempt and a task that were killed', () => {
  const entry = { version: 1 as const, at: 0, release: 'r9' }
  const contents = {
    ...{ releases: [], journalBytes: 0, isLockFree: true },
    journal: [
      { ...entry, event: 'deploy.started' },
      { ...entry, release: 'r8', event: 'task.started', task: 'seed' },
    ],
  }
  const history = {
    host: 'local',
    attempts: readHistory(contents, 20),
    tasks: readTaskHistory(contents, 20),
  }
  expect(history.tasks[0]?.isKilled).toBe(true)
  expect(readToldHistory(answerOf(historyLines(history, true)), { host: 'local', limit: 20 })).toEqual([
    history,
  ])
})

test('without steps, and of more hosts, up to a number', async () => {
  const history = await eventfulHistory()
  const lines = [
    ...historyLines({ ...history, host: 'a' }, false),
    ...historyLines({ ...history, host: 'stranger' }, false),
  ]
  const read = readToldHistory(answerOf(lines, ['a', 'b']), { host: 'bastion', limit: 2 })
  expect(read).toMatchObject([
    { host: 'bastion: a', attempts: [{ release: 'r4', steps: [] }, { release: 'r3' }], tasks: [{}] },
    { host: 'bastion: b', attempts: [], tasks: [] },
  ])
  expect((read[0] as HostHistory).attempts).toHaveLength(2)
})

describe('of a gate with several servers, one of which is down,', () => {
  const failure = { code: 'HOST_UNREACHABLE', message: 'c does not answer over SSH.', hint: 'Start c.' }
  const unread = { version: 1, type: 'history.unread', host: 'c', failure }
  const told = 'The gate of bastion: c does not answer over SSH.'
  const readOf = (lines: readonly object[], answered?: DrayError): ToldHistory[] =>
    readToldHistory(
      { ...answerOf(lines, ['a', 'b', 'c']), ...(answered && { failure: answered }) },
      { host: 'bastion', limit: 20 },
    )

  test('the histories of the others are read, with the failure of that one', async () => {
    const lines = historyLines({ ...(await eventfulHistory()), host: 'a' }, false)
    const joined = new DrayError('HOST_COMMAND_FAILED', told)
    expect(readOf([...lines, unread], joined)).toMatchObject([
      { host: 'bastion: a', attempts: [{ release: 'r4' }, {}, {}, {}], tasks: [{ task: 'seed' }] },
      { host: 'bastion: b', attempts: [], tasks: [] },
      { host: 'bastion: c', error: { code: 'HOST_COMMAND_FAILED', message: told, hint: 'Start c.' } },
    ])
  })

  test('a failure without any history is that of the gate', () => {
    const error = new DrayError('CONFIG_INVALID', 'The gate of bastion: dray.yml is not valid.')
    expect(() => readOf([], error)).toThrow(error)
  })

  test('a failure in another form is refused', () => {
    expect(() => readOf([{ ...unread, failure: 'down' }])).toThrow('in another form')
  })
})

test.each([
  ['a release id that is none', { release: '../r1' }],
  ['a commit that is none', { commit: { id: '<b>3f2a1c9' } }],
  ['a number of files that is none', { changes: { images: [], files: 0.5, variables: {} } }],
  ['a time that is none', { startedAt: 'yesterday' }],
  ['an outcome that there is not', { outcome: { kind: 'celebrated' } }],
  ['a step without a time', { steps: [{ id: 1, kind: 'pull-image', outcome: 'done' }] }],
  ['a time that no date has', { undo: { startedAtMs: 1e300 } }],
  [
    'more samples than a probe counts',
    { samples: Array(100_001).fill({ atMs: 1, requests: 1, failures: 0 }) },
  ],
])('%s is refused', async (_, facts) => {
  const [line] = historyLines(await eventfulHistory(), true)
  const answer = answerOf([{ ...line, ...facts }])
  expect(() => readToldHistory(answer, { host: 'deploy@a', limit: 20 })).toThrow(
    expect.objectContaining({ code: 'HOST_COMMAND_FAILED' }),
  )
})

test('a text without end is cut, and one of several lines is made one', async () => {
  const [line] = historyLines(await eventfulHistory(), true)
  const answer = answerOf([{ ...line, tag: `v1\n✓ production ok ${'v'.repeat(9000)}` }])
  const [told] = readToldHistory(answer, { host: 'deploy@a', limit: 20 })
  const tag = (told as HostHistory).attempts[0]?.tag
  expect(tag).toMatch(/^v1 ✓ production ok v+/)
  expect(tag).not.toContain('\n')
  expect(tag?.length).toBeLessThan(2100)
})
