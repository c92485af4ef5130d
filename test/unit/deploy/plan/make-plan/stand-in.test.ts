import { describe, expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import type { DesiredRelease } from '../../../../../src/deploy/model/observation.ts'
import type { Plan } from '../../../../../src/deploy/model/plan.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

type Case = {
  api?: Partial<ServiceModel>
  proxy?: Partial<ServiceModel>
  desired?: Partial<DesiredRelease>
  /** Changes the world before the plan of the second release. */
  before?: (world: FakeWorld) => void
}

const named = { containerName: 'shop_api' }

/** The plan of a second release, behind nginx. */
async function planOf({ api = named, proxy = {}, desired = {}, before }: Case): Promise<Plan> {
  const app = fakeApp([fakeService('api', api), fakeProxy({ dependsOn: [], ...proxy })])
  const world = new FakeWorld(app)
  world.desired = { ...world.desired, ...desired }
  await world.deploy()
  world.app = withTag(app, 'v2')
  world.movedTags.set('redis:7', '7.1')
  before?.(world)
  return world.plan()
}

/** Why and how the service changes. */
async function changeOf(facts: Case): Promise<string | undefined> {
  const { steps } = await planOf(facts)
  const step = steps.find(({ kind }) => kind === 'start-stand-in' || kind === 'recreate-services')
  return `${step?.kind}: ${step?.cause}`
}

describe('a service gets a stand-in', () => {
  test.each<[string, Case]>([
    ['its container_name is shop_api', {}],
    ['it publishes port 8000', { api: { publishedPorts: ['8000'] } }],
    [
      'it publishes port 8000 and its container_name is shop_api',
      { api: { ...named, publishedPorts: ['8000'] } },
    ],
    [
      'its container_name is shop_api',
      { api: { ...named, image: 'redis:7' }, desired: { rollout: { api: 'roll' } } },
    ],
    ['it publishes port 1-2', { api: { publishedPorts: ['1-2'], replicas: 2 } }],
  ])('if only %s', async (why, facts) => {
    expect(await changeOf(facts)).toBe(`start-stand-in: new image; through a stand-in: ${why}`)
  })
})

describe('a service is recreated', () => {
  const name = 'its container_name is shop_api'
  test.each<[string, string, Case]>([
    ['with network_mode', 'it uses network_mode host', { api: { networkMode: 'host' } }],
    ['with a fixed address', 'it has a fixed address', { api: { ...named, fixedAddress: true } }],
    ['by dray.yml', name, { desired: { rollout: { api: 'recreate' } } }],
    ['with a third-party image', name, { api: { ...named, image: 'redis:7' } }],
    ['apart from the proxy', name, { api: { ...named, networks: ['back'] } }],
    ['without a proxy', name, { proxy: { image: 'httpd:2' } }],
    [
      'behind a proxy that is not running',
      name,
      { before: ({ host }) => host.containers.change('nginx-1', { state: 'exited' }) },
    ],
  ])('%s', async (_why, cause, facts) => {
    expect(await changeOf(facts)).toBe(`recreate-services: new image; not rolled: ${cause}`)
  })

  test('when its network changes', async () => {
    const before = (world: FakeWorld) => (world.app = { ...world.app, networks: { default: 'other' } })
    expect(await changeOf({ before })).toBe(
      'recreate-services: new image; not rolled: its network default changed',
    )
  })
})

test('the plan warns of the port, and of a volume that both use', async () => {
  const volumes = [{ name: 'uploads', target: '/uploads' }]
  const { warnings } = await planOf({ api: { publishedPorts: ['8000'], volumes, healthCheck: 'disabled' } })
  expect(warnings).toEqual([
    'Port 8000 of api is briefly unavailable; requests through the proxy are not affected.',
    'As at the deploy before: api briefly uses volume uploads twice; api has no health check.',
  ])
})

test('a stand-in of a service that is no longer in the compose file is removed', async () => {
  const world = new FakeWorld(fakeApp([fakeService('api', named), fakeProxy({ dependsOn: [] })]))
  await world.deploy()
  const { id } = world.host.containers.create(world.app, 'api', 'ghcr.io/acme/api:v1')
  world.host.containers.change(id, { oneOff: true, standIn: true, name: 'shop.api.stand-in' })
  world.app = fakeApp([fakeProxy({ dependsOn: [] })])
  const { steps } = await world.plan()
  expect(steps).toContainEqual(
    expect.objectContaining({ kind: 'stop-old', service: 'api', containers: ['api-1', 'api-2'] }),
  )
})
