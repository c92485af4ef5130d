import { beforeEach, expect, test } from 'vitest'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

let world: FakeWorld

beforeEach(() => {
  world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]))
})

test('a Compose project of the same name in another directory is refused before anything is touched', async () => {
  await world.deploy()
  world.takeLog()
  world.host.startedIn = { backend: '/srv/other' }
  expect(await world.failure()).toMatchObject({
    code: 'PROJECT_TAKEN',
    exitCode: 3,
    message:
      'srv runs service backend of Compose project shop from /srv/other. This deploy would replace it.',
  })
  expect(world.takeLog()).toEqual([])
})

test('it is taken over with --adopt, and so is that of a directory that is gone', async () => {
  await world.deploy()
  world.host.startedIn = { backend: '/srv/other' }
  world.desired = fakeDesired({ adopt: true })
  expect(await world.plan()).toMatchObject({ unchanged: true })
  world.desired = fakeDesired({ adopt: false })
  world.host.goneDirectories = ['/srv/other']
  expect(await world.plan()).toMatchObject({ unchanged: true })
})

test.each([[['/srv/before']], [[]]])(
  'what mounts files of the directory where it was started is replaced; directories that are gone: %j',
  async (gone) => {
    const mounts = [{ path: 'media', target: '/media' }]
    world = new FakeWorld(fakeApp([fakeService('backend', { mounts }), fakeService('worker'), fakeProxy()]))
    world.desired = fakeDesired({ adopt: true })
    await world.deploy()
    expect(await world.plan()).toMatchObject({ unchanged: true })
    world.host.startedIn = { backend: '/srv/before', worker: '/srv/before' }
    world.host.goneDirectories = gone
    const { steps } = await world.plan()
    expect(steps.filter(({ kind }) => kind === 'start-beside')).toMatchObject([
      { services: [{ service: 'backend' }], cause: 'it mounts files of /srv/before' },
    ])
    world.host.startedIn = {}
    expect(await world.plan()).toMatchObject({ unchanged: true })
  },
)

test('a foreign service is no conflict', async () => {
  await world.deploy()
  world.app = fakeApp([fakeProxy()])
  world.host.startedIn = { backend: '/srv/other' }
  expect(await world.plan()).toMatchObject({ unchanged: false })
})
