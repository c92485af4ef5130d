import { describe, expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { pinnedName } from '../../../../src/deploy/model/image-reference.ts'
import {
  fakeApp,
  fakeProxy,
  fakeResolved,
  fakeService,
  withService,
  withTag,
} from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { planToText } from '../../../support/plan-to-text.ts'

const database = fakeService('db', {
  image: 'postgres:16',
  mounts: [{ path: 'settings', target: '/settings' }],
})
const shop = fakeApp([fakeService('backend'), database, fakeProxy()])

/** Version 1 as its owner started it: images by their tags, and hashes of the plain compose file. */
function startedByHand(): { world: FakeWorld; container: (service: string) => Container } {
  const world = new FakeWorld(shop)
  const { host } = world
  host.composeHashes = new Map(
    shop.services.map(({ name, image = '' }) => {
      const { reference, digest } = fakeResolved(image)
      const { id, configHash } = host.containers.create(shop, name, image)
      const imageId = `image of ${name}`
      host.containers.change(id, { imageId })
      const digests = [pinnedName(reference, digest)]
      host.images.push({ id: imageId, tags: [image], digests, sizeBytes: 1, createdAtMs: 1 })
      return [name, configHash]
    }),
  )
  const container = (service: string): Container => host.containers.get(`${service}-1`)
  return { world, container }
}

async function leftBy(world: FakeWorld): Promise<string[]> {
  return (await world.plan()).unchangedServices.map(({ service }) => service)
}

describe('the first deploy over containers that a user started', () => {
  test('leaves alone what has the same image and configuration', async () => {
    const { world } = startedByHand()
    world.app = withTag(shop, 'v2')
    expect(planToText(await world.plan())).toContain(
      'left db (it runs this image and configuration already)\nleft nginx (it runs this image and configuration already)',
    )
    await world.deploy()
    expect(world.host.containers.running.map(({ id }) => id)).toEqual(['db-1', 'nginx-1', 'backend-2'])
  })

  test('records the name of their image, which the next deploys and the override file use', async () => {
    const { world } = startedByHand()
    await world.deploy()
    expect(world.host.releases[0]?.services['db']).toMatchObject({
      image: pinnedName(fakeResolved('postgres:16').reference, fakeResolved('postgres:16').digest),
      adoptedName: 'postgres:16',
    })
    expect(world.host.files.get('docker-compose.override.yml')).toContain('"db":"postgres:16"')
    expect(await world.plan()).toMatchObject({ unchanged: true })
  })

  test.each<[string, (started: ReturnType<typeof startedByHand>) => void]>([
    ['with another hash', ({ world, container }) => change(world, container('db'), { configHash: 'other' })],
    ['with another image', ({ world, container }) => change(world, container('db'), { imageId: 'other' })],
    ['that is unhealthy', ({ world, container }) => change(world, container('db'), { health: 'unhealthy' })],
    ['of more replicas', ({ world }) => (world.app = withService(shop, 'db', { replicas: 2 }))],
    ['without a hash of Compose', ({ world }) => (world.host.composeHashes = new Map())],
  ])('replaces a container %s', async (_what, alter) => {
    const started = startedByHand()
    alter(started)
    expect(await leftBy(started.world)).not.toContain('db')
  })
})

function change(world: FakeWorld, { id }: Container, facts: Partial<Container>): void {
  world.host.containers.change(id, facts)
}
