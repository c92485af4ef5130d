import { expect, test } from 'vitest'
import { fakeApp, fakeDesired, fakeProxy, fakeResolved, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])
const image = shop.services[0]?.image ?? ''
const { digest, reference } = fakeResolved(image)
const repository = `${reference.registry}/${reference.repository}`

function worldThatExpects(expected: { repository: string; digest: `sha256:${string}` }): FakeWorld {
  const world = new FakeWorld(shop)
  world.desired = fakeDesired({ expected: [expected] })
  return world
}

test('an unchanged tag is deployed', async () => {
  const world = worldThatExpects({ repository, digest })
  await world.deploy()
  expect(world.host.releases.at(-1)?.services['backend']?.digest).toBe(digest)
})

test('a tag that moved since is refused before anything is touched', async () => {
  const world = worldThatExpects({ repository, digest })
  world.movedTags.set(image, 'pushed-again')
  const failure = await world.failure()
  expect(failure).toMatchObject({ code: 'TAG_MOVED', exitCode: 3 })
  expect(failure.message).toContain(`of service backend is sha256:`)
  expect(failure.message).toContain(`not ${digest} as expected`)
  expect(world.takeLog()).toEqual([])
})

test('an image that no service runs is refused, with those there are', async () => {
  const failure = await worldThatExpects({ repository: 'ghcr.io/acme/other', digest }).failure()
  expect(failure).toMatchObject({ code: 'IMAGE_UNUSED', exitCode: 2 })
  expect(failure.hint).toContain(repository)
})
