import { expect, test } from 'vitest'
import { fakeApp, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'

/** Two services with a published port, and no proxy: the calls of Compose that replace v1 by v2. */
async function callsOf(change: (world: FakeWorld) => void = () => undefined): Promise<string[]> {
  const app = fakeApp([
    fakeService('api', { publishedPorts: ['8000'] }),
    fakeService('web', { publishedPorts: ['3000'] }),
  ])
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  change(world)
  world.host.log.length = 0
  await world.deploy()
  return world.host.log.filter((line) => line.startsWith('up '))
}

test('services that are recreated together do not wait for the stop of each other', async () => {
  expect(await callsOf()).toEqual(['up force-recreate api=1', 'up force-recreate web=1'])
})

test('one call of Compose recreates all if it may create or change a network', async () => {
  const changes: Record<string, string>[] = [{ default: 'n2' }, { default: 'n1', back: 'n1' }]
  for (const networks of changes) {
    const calls = await callsOf((world) => (world.app = { ...world.app, networks }))
    expect(calls).toEqual(['up force-recreate api=1 web=1'])
  }
})
