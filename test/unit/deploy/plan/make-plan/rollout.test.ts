import { describe, expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import type { DesiredRelease } from '../../../../../src/deploy/model/observation.ts'
import {
  fakeApp,
  fakeProxy,
  fakeService,
  plainImage,
  withService,
  withTag,
} from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

type Case = [cause: string, service: Partial<ServiceModel>, desired?: Partial<DesiredRelease>]

/** What is said of a service that changes: the cause of the step that changes it, and the warnings. */
async function changeOf(facts: Partial<ServiceModel>, desired: Partial<DesiredRelease> = {}) {
  const app = fakeApp([fakeService('api', facts)])
  const world = new FakeWorld(app)
  world.desired = { ...world.desired, ...desired, tag: desired.tag && 'v1' }
  await world.deploy()
  world.app = withTag(app, 'v2')
  world.desired = { ...world.desired, ...desired }
  world.movedTags.set('redis:7', '7.1')
  const { steps, warnings } = await world.plan()
  const step = steps.find(({ kind }) => kind === 'start-beside' || kind === 'recreate-services')
  return { kind: step?.kind, cause: step?.cause, warnings }
}

describe('a service is recreated, with the cause, when', () => {
  test.each<Case>([
    ['it publishes port 8080, 8443', { publishedPorts: ['8080', '8443'] }],
    ['its container_name is api', { containerName: 'api' }],
    ['it uses network_mode host', { networkMode: 'host' }],
    ['it has a fixed address', { fixedAddress: true }],
    ['third-party image; two instances may not be safe', { image: 'redis:7' }],
    ['dray.yml sets `rollout: recreate`', {}, { rollout: { api: 'recreate' } }],
  ])('%s', async (why, service, desired) => {
    expect(await changeOf(service, desired)).toEqual({
      kind: 'recreate-services',
      cause: `new image; not rolled: ${why}`,
      warnings: [
        expect.stringMatching(
          new RegExp(`^api is briefly unavailable: ${why}(, and it is not forwarded .*)?\\.$`),
        ),
      ],
    })
  })
})

describe('a service is rolled when', () => {
  test.each<Case>([
    ['nothing is in the way', {}],
    ['dray.yml says that a third-party image bears it', { image: 'redis:7' }, { rollout: { api: 'roll' } }],
    [
      'its image is of no known owner, but has the tag that is deployed',
      { image: 'ghcr.io/other/api:v1' },
      { ownRepositories: [], tag: 'v2' },
    ],
  ])('%s', async (_why, service, desired) => {
    expect(await changeOf(service, desired)).toMatchObject({ kind: 'start-beside', cause: 'new image' })
  })
})

test('a wish to roll cannot overrule a port that only one container can have', async () => {
  expect(await changeOf({ publishedPorts: ['80'] }, { rollout: { api: 'roll' } })).toMatchObject({
    kind: 'recreate-services',
  })
})

test('rolling a service with a volume says that both will have it', async () => {
  const volumes = [
    { name: 'uploads', target: '/uploads' },
    { name: undefined, target: '/tmp' },
  ]
  const app = fakeApp([fakeService('api', { volumes })])
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(fakeApp([fakeService('api', { volumes, restarts: false })]), 'v2')
  expect((await world.plan()).warnings).toEqual([
    'The old and the new api briefly use volume uploads at the same time.',
  ])
})

test('a warning that is the same as at the deploy before is repeated in a few words', async () => {
  const volumes = [{ name: 'uploads', target: '/uploads' }]
  expect((await changeOf({ volumes, healthCheck: 'disabled' })).warnings).toEqual([
    'As at the deploy before: api briefly uses volume uploads twice; api has no health check.',
  ])
})

test('a service with its health check disabled is warned of', async () => {
  const world = new FakeWorld(fakeApp([fakeService('api', { healthCheck: 'disabled' })]))
  expect((await world.plan()).warnings).toEqual([expect.stringMatching(/^api has no health check/)])
})

test('services without a health check are named in one line, by what is checked of them', async () => {
  const facts = { healthCheck: 'disabled' } as const
  const app = fakeApp([
    fakeService('worker', facts),
    fakeService('cron', facts),
    fakeService('quiet', facts),
    fakeService('web', { ...facts, publishedPorts: ['80'] }),
  ])
  const world = new FakeWorld(app)
  for (const name of ['worker', 'cron', 'web']) {
    world.imageConfigs.set(`ghcr.io/acme/${name}:v1`, { ...plainImage, exposedPorts: [3000] })
  }
  expect((await world.plan()).warnings).toEqual([
    'worker, cron have no health check: dray can only check that the container runs, and listens if the one before it does.',
    'quiet has no health check: dray can only check that the container runs and does not restart.',
    'web has no health check: dray can only check that the container listens on port 3000.',
  ])
})

test('a changed network recreates its services, since Compose removes the network', async () => {
  const world = new FakeWorld(fakeApp([fakeService('api'), fakeProxy({ dependsOn: [] })]))
  await world.deploy()
  world.app = { ...world.app, networks: { default: 'another subnet' } }
  const { steps, warnings } = await world.plan()
  expect(steps.find(({ kind }) => kind === 'recreate-services')).toMatchObject({
    services: [{ service: 'api', scale: 1 }],
    cause: expect.stringContaining('network default changed') as unknown,
  })
  expect(warnings).toContain('api is briefly unavailable: its network changed.')
})

test('a network that is added recreates nothing', async () => {
  const world = new FakeWorld(fakeApp([fakeService('api')]))
  await world.deploy()
  world.app = { ...world.app, networks: { ...world.app.networks, more: 'n2' } }
  expect((await world.plan()).steps.map(({ kind }) => kind)).not.toContain('recreate-services')
})

test('a published port that something else uses is refused before anything is touched', async () => {
  const world = new FakeWorld(fakeApp([fakeProxy()]))
  world.host.foreignPorts = [80]
  await expect(world.plan()).rejects.toMatchObject({ code: 'PORT_TAKEN', exitCode: 3 })
})

test('a published port that the app itself uses is its own', async () => {
  const world = new FakeWorld(fakeApp([fakeProxy()]))
  await world.deploy()
  world.app = withService(world.app, 'nginx', { publishedPorts: ['80', '443'], definitionHash: 'changed' })
  expect(await world.plan()).toMatchObject({ unchanged: false })
  world.host.foreignPorts = [443]
  await expect(world.plan()).rejects.toMatchObject({ code: 'PORT_TAKEN' })
})

test('a changed network recreates its services and no others', async () => {
  const networks = { default: 'n1', back: 'n1' }
  const services = [fakeService('backend', { networks: ['back'] }), fakeService('frontend')]
  const world = new FakeWorld(fakeApp(services, { networks }))
  await world.deploy()
  world.app = { ...world.app, networks: { ...networks, back: 'n2' } }
  const plan = await world.plan()
  expect(plan.unchangedServices.map(({ service }) => service)).toEqual(['frontend'])
  expect(plan.steps.find((step) => step.kind === 'recreate-services')).toMatchObject({
    services: [{ service: 'backend', scale: 1 }],
  })
})
