import { expect, test } from 'vitest'
import { runTaskByHand, type NamedTask, type TaskEvent } from '../../../../src/deploy/tasks/task-by-hand.ts'
import { CommandTimedOut } from '../../../../src/errors/command-timed-out.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

const migrate: NamedTask = { name: 'migrate', serviceCandidates: ['app', 'backend'], argv: ['migrate'] }

/** Runs the task on the world's host; gives what it told beside how it ended. */
async function run(world: FakeWorld, task = migrate, signal = new AbortController().signal) {
  const told: TaskEvent[] = []
  const { host, clock } = world
  const ended = runTaskByHand(
    {
      host,
      task,
      inPlace: async () => ({ release: host.releases.at(-1)!, compose: host.compose }),
      deployer: { user: 'ann', machine: 'laptop' },
      waitMs: 0,
      clock,
      tell: (event) => told.push(event),
    },
    signal,
  )
  const result = await ended.catch((error: unknown) => error as DrayError)
  return { result, told, journal: host.journal.map(({ event, ...entry }) => ({ event, ...entry })) }
}

test('runs in the first service that the release has, under the lock, and is on record', async () => {
  const world = await shopAtV1()
  let held: unknown
  world.host.when('task', () => {
    held = world.host.holder
  })
  const { result, told, journal } = await run(world)
  expect(result).toBe(0)
  expect(world.takeLog()).toEqual(['task backend migrate'])
  expect(held).toMatchObject({ user: 'ann', task: 'migrate' })
  expect(world.host.holder).toBeUndefined()
  expect(told.map((event) => ('line' in event ? event.line : event.type))).toEqual([
    'task.started',
    'doing it',
    'task.finished',
  ])
  expect(journal).toMatchObject([
    { event: 'task.started', release: 'r1', task: 'migrate', service: 'backend', by: { user: 'ann' } },
    { event: 'task.finished', release: 'r1', task: 'migrate', outcome: 'done', exitCode: 0 },
  ])
})

test('gives the exit code of one that fails, and puts it on record', async () => {
  const world = await shopAtV1()
  world.host.taskExitCode = 7
  const { result, journal } = await run(world)
  expect(result).toBe(7)
  expect(journal.at(-1)).toMatchObject({ outcome: 'failed', exitCode: 7 })
})

test('is refused beside a deploy, and runs nothing', async () => {
  const world = await shopAtV1()
  world.host.holder = { user: 'mona', machine: 'ci', sinceMs: 0 }
  const { result, journal } = await run(world)
  expect(result).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect([world.takeLog(), journal]).toEqual([[], []])
})

test('is refused where the release has no service for it', async () => {
  const world = await shopAtV1()
  const { result } = await run(world, { ...migrate, serviceCandidates: ['worker'] })
  expect(result).toMatchObject({ code: 'SERVICE_UNKNOWN', exitCode: 2 })
  expect(world.takeLog()).toEqual([])
})

test('says that it took too long, with the last that it printed', async () => {
  const world = await shopAtV1()
  world.host.failWhen('task', new CommandTimedOut('sh did not finish within 3 s.'))
  const { result, journal } = await run(world, { ...migrate, timeoutMs: 3000 })
  expect(result).toMatchObject({
    code: 'TASK_TIMED_OUT',
    message: 'Task migrate exceeded its timeout of 3 s.',
  })
  expect(journal.at(-1)).toMatchObject({ event: 'task.finished', outcome: 'failed' })
})

test('does not call another failure of its command an exceeded timeout', async () => {
  const world = await shopAtV1()
  world.host.failWhen('task', new DrayError('HOST_COMMAND_FAILED', 'The shell that runs commands ended.'))
  const { result } = await run(world, { ...migrate, timeoutMs: 3000 })
  expect(result).toMatchObject({ code: 'HOST_COMMAND_FAILED' })
})

test('stops when it is cancelled, and says so in the journal', async () => {
  const world = await shopAtV1()
  const cancel = new AbortController()
  world.host.when('task', () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.')))
  const { result, told, journal } = await run(world, migrate, cancel.signal)
  expect(result).toMatchObject({ code: 'CANCELLED', exitCode: 130 })
  expect(told.at(-1)).toMatchObject({ type: 'task.finished', outcome: 'cancelled' })
  expect(journal.at(-1)).toMatchObject({ outcome: 'cancelled' })
})

test('needs a person when the connection breaks while it runs', async () => {
  const world = await shopAtV1()
  world.host.when('task', () => world.host.loseLock())
  const { result } = await run(world)
  expect(result).toMatchObject({
    code: 'LOCK_LOST',
    exitCode: 4,
    message: 'The connection to srv broke while task migrate was running.',
  })
})

test('is listed as not undone by a later rollback', async () => {
  const world = await shopAtV1()
  await world.deploy()
  await run(world)
  const { notUndone } = await world.planRollback()
  expect(notUndone?.[0]).toBe('task migrate ran since then, for r2; its changes stay')
})
