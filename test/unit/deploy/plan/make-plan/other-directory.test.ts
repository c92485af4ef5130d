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

test('another project or a foreign service is no conflict', async () => {
  world.host.otherDirectories = [
    { ...place, project: 'blog' },
    { ...place, service: 'mailer' },
  ]
  expect(await world.plan()).toMatchObject({ unchanged: false })
})
