import { beforeEach, expect, test } from 'vitest'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

let world: FakeWorld

beforeEach(() => {
  world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]))
})

const place = { project: 'shop', service: 'backend', path: '/srv/other' }

test('a Compose project of the same name in another directory is refused before anything is touched', async () => {
  world.host.otherDirectories = [place]
  expect(await world.failure()).toMatchObject({
    code: 'PROJECT_TAKEN',
    exitCode: 3,
    message:
      'srv runs service backend of Compose project shop from /srv/other. This deploy would replace it.',
  })
  expect(world.takeLog()).toEqual([])
})

test('it is taken over with --adopt', async () => {
  world.host.otherDirectories = [place]
  world.desired = fakeDesired({ adopt: true })
  expect(await world.plan()).toMatchObject({ unchanged: false })
})

test.each(['goneDirectories', 'otherDirectories'] as const)(
  'what mounts files of the directory where it was started is replaced: %s',
  async (kind) => {
    const mounts = [{ path: 'media', target: '/media' }]
    world = new FakeWorld(fakeApp([fakeService('backend', { mounts }), fakeService('worker'), fakeProxy()]))
    world.desired = fakeDesired({ adopt: true })
    await world.deploy()
    expect(await world.plan()).toMatchObject({ unchanged: true })
    world.host[kind] = ['backend', 'worker'].map((service) => ({ ...place, service, path: '/srv/before' }))
    const { steps } = await world.plan()
    expect(steps.filter(({ kind }) => kind === 'start-beside')).toMatchObject([
      { services: [{ service: 'backend' }], cause: 'it mounts files of /srv/before' },
    ])
    world.host[kind] = []
    expect(await world.plan()).toMatchObject({ unchanged: true })
  },
)

test('another project or a foreign service is no conflict', async () => {
  world.host.otherDirectories = [
    { ...place, project: 'blog' },
    { ...place, service: 'mailer' },
  ]
  expect(await world.plan()).toMatchObject({ unchanged: false })
})
