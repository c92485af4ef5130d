import { expect, test } from 'vitest'
import { journalLines, shopAtV1 } from '../../../support/shop-world.ts'

test('a deploy that is cancelled before the record is undone', async () => {
  const world = await shopAtV1()
  world.host.when('check backend-2', () => world.cancel())
  world.host.containers.behaviours.set('backend:v2', 'never-healthy')
  expect(await world.failure()).toMatchObject({
    code: 'CANCELLED',
    exitCode: 130,
    undone: ['files restored', 'shop-backend-2 removed'],
    serving: 'Release r1 is serving, as before.',
  })
  expect(world.host.running).toBe('backend:v1#backend-1, nginx:alpine#nginx-1')
  expect(journalLines(world)).toContain('step.finished wait-healthy cancelled')
})

test('a deploy that is cancelled between two steps starts no further one', async () => {
  const world = await shopAtV1()
  world.host.when('turn', () => world.cancel())
  await world.failure()
  expect(world.takeLog().filter((line) => line.startsWith('record'))).toEqual([])
})

test('once the release is on record, a cancel comes too late and the rest is done', async () => {
  const world = await shopAtV1()
  world.host.when('record', () => world.cancel())
  await world.deploy()
  expect(world.host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
})

test('a deploy that is cancelled before it began does nothing at all', async () => {
  const world = await shopAtV1()
  world.cancel()
  expect(await world.failure()).toMatchObject({ code: 'CANCELLED' })
  expect(world.takeLog()).toEqual([])
})

test('without its lock a deploy touches nothing any more, not even to undo', async () => {
  const world = await shopAtV1()
  world.host.when('check backend-2', () => world.host.loseLock())
  world.host.containers.behaviours.set('backend:v2', 'never-healthy')
  expect(await world.failure()).toMatchObject({ code: 'LOCK_LOST', exitCode: 4 })
  expect(world.takeLog()).not.toContain('restore')
  expect(world.host.running).toContain('backend:v1#backend-1')
})
