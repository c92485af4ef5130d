import { expect, test } from 'vitest'
import { failureFrom } from '../../../../../src/deploy/execute/failure.ts'
import type { DesiredRelease } from '../../../../../src/deploy/model/observation.ts'
import { fakeApp, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const shop = fakeApp([fakeService('backend')])

/** A world that has had so many releases: v1, v2, … */
async function released(count: number, keep: number): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  world.desired = { ...world.desired, keep }
  for (let version = 1; version <= count; version += 1) {
    world.app = withTag(shop, `v${version}`)
    await world.deploy()
  }
  return world
}

test('releases beyond those that are kept are dropped, with the images that only they need', async () => {
  const world = await released(3, 2)
  expect(world.host.releases.map(({ id }) => id)).toEqual(['r2', 'r3'])
  expect(world.host.images.map(({ id }) => id)).toEqual(['id backend:v2', 'id backend:v3'])
})

test('an image that an archived release shares with a dropped one stays', async () => {
  const world = await released(2, 2)
  world.app = withTag(shop, 'v1')
  await world.deploy()
  expect(world.host.releases.map(({ id }) => id)).toEqual(['r2', 'r3'])
  expect(world.host.images.map(({ id }) => id).sort()).toEqual(['id backend:v1', 'id backend:v2'])
})

test('a deploy of the serving version replaces its release, not an older one', async () => {
  const world = await released(2, 2)
  world.host.containers.change('backend-2', { state: 'exited', exitCode: 137 })
  await world.deploy()
  expect(world.host.releases.map(({ id, follows }) => [id, follows])).toEqual([
    ['r1', undefined],
    ['r3', 'r1'],
  ])
  expect(await world.planRollback()).toMatchObject({ restores: { release: 'r1' } })
})

test('a rollback target stays on record when it is deployed again', async () => {
  const world = await released(2, 3)
  await world.rollback()
  world.app = withTag(shop, 'v1')
  world.host.containers.change('backend-3', { state: 'exited', exitCode: 137 })
  await world.deploy()
  expect(world.host.releases.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3', 'r4'])
})

test('only the release itself is kept where one is to be kept', async () => {
  expect((await released(3, 1)).host.releases.map(({ id }) => id)).toEqual(['r3'])
})

test.each<[key: string, name: string, desired: Partial<DesiredRelease>]>([
  ['services', 'bakcend', { rollout: { bakcend: 'roll' } }],
  ['proxy.service', 'traefik', { proxyService: 'traefik' }],
  [
    'tasks.migrate.service',
    'app or api',
    { tasks: [{ name: 'migrate', serviceCandidates: ['app', 'api'], argv: ['x'], when: 'before' }] },
  ],
])('a service named at %s that the compose file lacks is refused', async (key, name, desired) => {
  const world = new FakeWorld(shop)
  world.desired = { ...world.desired, ...desired }
  const failure = failureFrom(await world.plan().catch((error: unknown) => error))
  expect(failure).toMatchObject({ code: 'SERVICE_UNKNOWN', hint: 'Its services: backend.' })
  expect(failure.message).toBe(`Service ${name} (\`${key}\` in dray.yml) is not in the compose file.`)
})

test('a service without an image is refused before anything is asked of the registry', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend', { image: undefined })]))
  expect(failureFrom(await world.plan().catch((error: unknown) => error))).toMatchObject({
    code: 'IMAGE_INVALID',
  })
})
