import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readJournal } from '../../../../src/adapters/directory/release-archive.ts'
import type { ArchiveContents } from '../../../../src/deploy/releases/release-archive.ts'
import { readHistory } from '../../../../src/deploy/releases/history.ts'
import { readTaskHistory } from '../../../../src/deploy/tasks/task-history.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderHistory } from '../../../../src/ui/render/results/render-history.ts'
import { renderSteps } from '../../../../src/ui/render/results/render-steps.ts'
import { renderTaskHistory } from '../../../../src/ui/render/results/render-task-history.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])
const plainLook = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })

/** v1, v2, v3 whose task failed, v4, and back to v2. */
async function eventfulWorld(): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  const migrate = {
    name: 'migrate',
    serviceCandidates: ['backend'],
    argv: ['migrate'],
    when: 'before' as const,
  }
  for (const tag of ['v1', 'v2', 'v3', 'v4']) {
    world.app = withTag(shop, tag)
    world.desired = { ...world.desired, tag, tasks: [migrate] }
    world.host.taskExitCode = tag === 'v3' ? 1 : 0
    await world.deploy().catch(() => undefined)
  }
  await world.rollback()
  return world
}

test('lists deploys, failures with their reason, and rollbacks, newest first', async () => {
  const world = await eventfulWorld()
  const attempts = readHistory(await world.host.archive.read(20), 20)
  expect(
    attempts.map(({ release, tag, outcome, imagesChanged, isArchived, isCurrent }) => ({
      ...{ release, tag, outcome: outcome.kind, imagesChanged },
      state: isCurrent ? 'serving' : isArchived ? 'archived' : '',
    })),
  ).toEqual([
    { release: 'r5', tag: 'v2', outcome: 'deployed', imagesChanged: ['backend'], state: 'serving' },
    { release: 'r4', tag: 'v4', outcome: 'deployed', imagesChanged: ['backend'], state: 'archived' },
    { release: 'r3', tag: 'v3', outcome: 'failed', imagesChanged: ['backend'], state: '' },
    { release: 'r2', tag: 'v2', outcome: 'deployed', imagesChanged: ['backend'], state: 'archived' },
    { release: 'r1', tag: 'v1', outcome: 'deployed', imagesChanged: undefined, state: 'archived' },
  ])
  expect(attempts[0]?.restores).toEqual({ release: 'r2', tag: 'v2' })
  expect(attempts[2]?.outcome).toMatchObject({ kind: 'failed', code: 'TASK_FAILED', step: 'run-task' })
})

test('the commit of each attempt; a rollback has that of the release it restores', async () => {
  const world = new FakeWorld(shop)
  for (const [tag, commit] of [
    ['v1', undefined],
    ['v2', { id: '2'.repeat(40) }],
    ['v3', { id: '3'.repeat(40), isDirty: true as const }],
  ] as const) {
    world.app = withTag(shop, tag)
    world.desired = { ...world.desired, tag, commit }
    await world.deploy()
  }
  await world.rollback('r2')
  const commits = [
    { id: '2'.repeat(40) },
    { id: '3'.repeat(40), isDirty: true },
    { id: '2'.repeat(40) },
    undefined,
  ]
  expect(world.host.releases.map(({ commit }) => commit).reverse()).toEqual(commits)
  const contents = await world.host.archive.read(20)
  expect(readHistory(contents, 20).map(({ commit }) => commit)).toEqual(commits)
  expect(readHistory({ ...contents, releases: [] }, 20).map(({ commit }) => commit)).toEqual(commits)
  const journal = contents.journal.map((it) => ({ ...it, commit: { id: 'x'.repeat(1000) } }))
  expect(
    readHistory({ ...contents, releases: [], journal }, 20).every(({ commit }) => commit === undefined),
  ).toBe(true)
  await world.rollback('r1')
  expect(world.host.releases.at(-1)).toMatchObject({ restores: 'r1' })
  expect(world.host.releases.at(-1)?.commit).toBeUndefined()
})

test('what each attempt changed, with tags and numbers, also where the release before it is not archived', async () => {
  const world = await eventfulWorld()
  const [rollback, fourth, failed, , first] = readHistory(await world.host.archive.read(20), 20)
  expect(rollback?.changes?.images).toEqual([{ service: 'backend', from: 'v4', to: 'v2' }])
  expect(fourth?.changes).toEqual({
    images: [{ service: 'backend', from: 'v2', to: 'v4' }],
    files: 1,
    variables: { added: 0, removed: 0, changed: 0 },
  })
  expect(failed?.changes?.images).toEqual([{ service: 'backend', from: 'v2', to: 'v3' }])
  expect(first?.changes).toBeUndefined()
})

test('the journal of an older dray has no changes; then they are those of the records', async () => {
  const contents = await (await eventfulWorld()).host.archive.read(20)
  const journal = contents.journal.map((it) => ({ ...it, changes: 'many' }))
  const attempts = readHistory({ ...contents, journal }, 20)
  expect(attempts.map(({ changes }) => changes?.images)).toEqual([
    [{ service: 'backend', from: 'v4', to: 'v2' }],
    [{ service: 'backend', from: 'v2', to: 'v4' }],
    undefined,
    [{ service: 'backend', from: 'v1', to: 'v2' }],
    undefined,
  ])
  expect(
    readHistory({ ...contents, releases: [], journal }, 20).some(({ changes }) => changes !== undefined),
  ).toBe(false)
})

test('has the steps of each attempt, and the requests that its probe sent', async () => {
  const world = await eventfulWorld()
  const contents = await world.host.archive.read(20)
  const probe = { url: 'http://localhost/', requests: 1200, failures: 3, medianMs: 2, p99Ms: 9 }
  const journal = contents.journal.map((it) =>
    it.release === 'r4' && it.event === 'deploy.finished' ? { ...it, probe } : it,
  )
  journal.push(
    { version: 1, at: 5, release: 'r6', event: 'step.started', step: 1, kind: 'pull-image' },
    { version: 1, at: 6, release: 'r6', event: 'step.started', step: 2, kind: 'run-task', task: 'migrate' },
    { version: 1, at: 9, release: 'r6', event: 'step.finished', step: 1, outcome: 'done', durationMs: 2_500 },
  )
  const attempts = readHistory({ ...contents, journal }, 20)
  const [killed] = attempts
  expect(killed?.steps).toEqual([
    { id: 1, kind: 'pull-image', startedAtMs: 5, durationMs: 2_500, outcome: 'done' },
    {
      id: 2,
      kind: 'run-task',
      task: 'migrate',
      startedAtMs: 6,
      durationMs: undefined,
      outcome: 'unfinished',
    },
  ])
  expect(attempts.map(({ requests }) => requests)).toContainEqual({ sent: 1200, failed: 3 })
  expect(attempts.find(({ release }) => release === 'r3')?.steps).toContainEqual(
    expect.objectContaining({ kind: 'run-task', task: 'migrate', outcome: 'failed' }),
  )
  expect(renderSteps(attempts.slice(0, 1), plainLook)).toMatchInlineSnapshot(`
    "
    r6
    ✓  pull image            2.5 s
    ·  run task migrate  not ended
    "
  `)
})

test('has the plan of each attempt, and the steps that a failed one did not reach', async () => {
  const world = await eventfulWorld()
  const attempts = readHistory(await world.host.archive.read(20), 20)
  const failed = attempts.filter(({ release }) => release === 'r3')
  expect(failed[0]).toMatchObject({ replaces: 'r2', undo: { endedAtMs: expect.any(Number) as number } })
  expect(attempts.find(({ release }) => release === 'r1')).toMatchObject({
    replaces: undefined,
    undo: undefined,
  })
  expect(attempts[0]?.samples).toEqual([
    { atMs: expect.any(Number) as number, requests: expect.any(Number) as number, failures: 0 },
  ])
  const lines = renderSteps(failed, plainLook).split('\n')
  expect(lines.find((line) => line.includes('migrate'))).toMatch(/^✗ +Run task migrate +\d/)
  expect(lines.find((line) => line.includes('Switch traffic'))).toMatch(
    /^ +Switch traffic in nginx to the new backend +not reached$/,
  )
})

test('lists an attempt that never ended, and records without a journal', async () => {
  const world = await eventfulWorld()
  const { releases, journal, journalBytes } = await world.host.archive.read(20)
  const cut = journal.filter(({ release }) => release !== 'r1')
  cut.push({ version: 1, at: world.clock.now(), release: 'r6', event: 'deploy.started', tag: 'v5' })
  const attempts = readHistory({ releases, journal: cut, journalBytes }, 20)
  expect(attempts[0]).toMatchObject({ release: 'r6', outcome: { kind: 'unfinished' }, durationMs: undefined })
  expect(attempts.at(-1)).toMatchObject({ release: 'r1', tag: 'v1', by: { user: 'ann' } })
  expect(readHistory({ releases, journal: cut, journalBytes }, 2)).toHaveLength(2)
})

test('says killed or still running only of a last attempt that may hold the lock', async () => {
  const world = await eventfulWorld()
  const { releases, journal, journalBytes } = await world.host.archive.read(20)
  const begun = (release: string, event = 'deploy.started') =>
    ({ version: 1, at: world.clock.now(), release, event }) as const
  const shown = (contents: Partial<ArchiveContents>): string | undefined => {
    const attempts = readHistory({ releases, journal, journalBytes, ...contents }, 20)
    return renderHistory(attempts, plainLook, 0)
      .split('\n')
      .find((line) => line.includes(' r6 '))
      ?.replace(/^(\S).* (?=deploy )/, '$1 ')
  }
  const open = [...journal, begun('r6')]
  expect(shown({ journal: open })).toBe('· deploy killed or still running')
  expect(shown({ journal: open, isLockFree: false })).toBe('· deploy killed or still running')
  expect(shown({ journal: open, isLockFree: true })).toBe('✗ deploy killed')
  expect(shown({ journal: [...open, begun('r7')] })).toBe('✗ deploy killed')
  expect(shown({ journal: [...open, begun('r5', 'task.started')] })).toBe('✗ deploy killed')
  const [first] = readHistory({ releases, journal: open, journalBytes, isLockFree: true }, 20)
  expect(first?.outcome).toEqual({ kind: 'unfinished', isKilled: true })
})

test('is a table for people', async () => {
  const world = await eventfulWorld()
  const attempts = readHistory(await world.host.archive.read(20), 20).map((it, index) => ({
    ...it,
    startedAtMs: -3_600_000 * index,
    durationMs: 4_200,
  }))
  expect(renderHistory(attempts, plainLook, 60_000)).toMatchInlineSnapshot(`
    "   RELEASE  TAG  WHEN          BY          DURATION  CHANGED          STATE     OUTCOME
    ✓  r5       v2   1 minute ago  ann@laptop     4.2 s  backend, 1 file  serving   rolled back to r2 (v2)
    ✓  r4       v4   1 hour ago    ann@laptop     4.2 s  backend, 1 file  archived  deployed
    ✗  r3       v3   2 hours ago   ann@laptop     4.2 s  backend, 1 file            failed at run-task: Task migrate (\`migrate\` in backend) exited with code 1.
    ✓  r2       v2   3 hours ago   ann@laptop     4.2 s  backend, 1 file  archived  deployed
    ✓  r1       v1   4 hours ago   ann@laptop     4.2 s                   archived  deployed
    "
  `)
})

test('names the hosts that were lost during an attempt, before and after the record', () => {
  const journal = [
    { version: 1, at: 0, release: 'r1', event: 'deploy.started', tag: 'v1' },
    { version: 1, at: 1, release: 'r1', event: 'undo.started', code: 'LOCK_LOST', reason: 'It broke.' },
    { version: 1, at: 2, release: 'r1', event: 'undo.finished', lost: ['b', 'c', 3] },
    { version: 1, at: 3, release: 'r1', event: 'deploy.finished', outcome: 'failed' },
    { version: 1, at: 4, release: 'r2', event: 'deploy.started', tag: 'v2' },
    { version: 1, at: 5, release: 'r2', event: 'hosts.lost', code: 'LOCK_LOST', lost: ['b'] },
    { version: 1, at: 6, release: 'r2', event: 'deploy.finished', outcome: 'deployed' },
    { version: 1, at: 7, release: 'r3', event: 'deploy.started', tag: 'v2' },
    { version: 1, at: 8, release: 'r3', event: 'deploy.finished', outcome: 'deployed' },
  ] as const
  const attempts = readHistory({ releases: [], journal, journalBytes: 0 }, 20)
  expect(attempts.map(({ lost }) => lost)).toEqual([undefined, ['b'], ['b', 'c']])
  expect(renderHistory(attempts, plainLook, 60_000)).toMatchInlineSnapshot(`
    "   RELEASE  TAG  WHEN          BY  DURATION  CHANGED  STATE  OUTCOME
    ✓  r3       v2   just now             0.0 s                  deployed
    ✓  r2       v2   just now             0.0 s                  deployed (lost: b)
    ✗  r1       v1   1 minute ago         0.0 s                  failed: It broke. (lost: b, c)
    "
  `)
})

test('names the hosts that were left out, and the one that a release was taken from', () => {
  const joins = { release: 'r2', from: 'a' }
  const journal = [
    { version: 1, at: 0, release: 'r1', event: 'deploy.started', tag: 'v1', leftOut: ['b', 'c'] },
    { version: 1, at: 1, release: 'r1', event: 'hosts.lost', lost: ['d'] },
    { version: 1, at: 2, release: 'r1', event: 'deploy.finished', outcome: 'deployed' },
    { version: 1, at: 3, release: 'r2', event: 'deploy.started', tag: 'v2', joins },
    { version: 1, at: 4, release: 'r2', event: 'deploy.finished', outcome: 'deployed' },
  ] as const
  const attempts = readHistory({ releases: [], journal, journalBytes: 0 }, 20)
  expect(attempts).toMatchObject([{ joins }, { leftOut: ['b', 'c'], lost: ['d'] }])
  expect(renderHistory(attempts, plainLook, 60_000)).toMatchInlineSnapshot(`
    "   RELEASE  TAG  WHEN          BY  DURATION  CHANGED  STATE  OUTCOME
    ✓  r2       v2   just now             0.0 s                  deployed (taken from a)
    ✓  r1       v1   1 minute ago         0.0 s                  deployed (without b, c; lost: d)
    "
  `)
})

test('a journal with objects where texts belong is read', () => {
  const object = { toString: '' }
  const at = { version: 1, at: 0, release: 'r1' }
  const entries = [
    { ...at, event: 'deploy.started' },
    { ...at, event: 'step.finished', outcome: object, kind: object },
    { ...at, event: 'undo.started', code: object, reason: object },
    { ...at, event: 'task.started', task: object },
  ]
  const journal = readJournal(entries.map((it) => JSON.stringify(it)).join('\n'), '/srv/shop')
  expect(readHistory({ releases: [], journal, journalBytes: 0 }, 20)).toMatchObject([
    { outcome: { kind: 'failed', step: undefined } },
  ])
  expect(readTaskHistory({ journal }, 20)).toMatchObject([{ task: '', outcome: 'unfinished' }])
})

test('any journal can be rendered as a history', () => {
  const of = (...known: readonly unknown[]) =>
    fc.oneof(fc.constantFrom(...known), fc.jsonValue({ maxDepth: 2 }))
  const by = fc.record({ user: of('ann'), machine: of('laptop'), run: of('1/2', undefined) })
  const entry = fc.record({
    version: fc.constant(1),
    at: fc.oneof(fc.double({ noNaN: true }), fc.nat()),
    release: fc.constantFrom('r1', 'r2', 'r007', 'r10', `r${'9'.repeat(40)}`),
    event: fc.constantFrom(
      ...[
        'deploy.started',
        'deploy.finished',
        'undo.started',
        'undo.finished',
        'hosts.lost',
        'step.finished',
        'task.started',
        'task.finished',
      ],
    ),
    by: fc.oneof(by, fc.jsonValue()),
    tag: of('v1'),
    restores: of('r1'),
    images: of({ web: 'nginx' }, { web: 1 }),
    outcome: of('deployed', 'failed'),
    task: of('migrate'),
    lost: of(['b'], [{}]),
    leftOut: of(['b'], [{}]),
    joins: of({ release: 'r1', from: 'a' }, { release: 1 }),
    ...{ code: of('X'), reason: of('why'), kind: of('pull-image'), exitCode: of(1), durationMs: of(5) },
  })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const journal = readJournal(entries.map((it) => JSON.stringify(it)).join('\n'), '/srv/shop')
      const attempts = readHistory({ releases: [], journal, journalBytes: 0 }, 20)
      const tasks = readTaskHistory({ journal }, 20)
      expect(renderHistory(attempts, plainLook, 0)).toBeTypeOf('string')
      expect(renderTaskHistory(tasks, plainLook, 0)).toBeTypeOf('string')
      for (const { startedAtMs } of [...attempts, ...tasks])
        expect(new Date(startedAtMs).toISOString()).toBeTypeOf('string')
    }),
  )
})
