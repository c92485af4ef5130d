import { describe, expect, test } from 'vitest'
import type { AppModel, ServiceModel } from '../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeProxy, fakeService, withService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { planToText } from '../../../support/plan-to-text.ts'

const labels = {
  'traefik.enable': 'true',
  'traefik.http.routers.api.rule': 'Host(`shop.example.com`)',
  'traefik.http.services.api.loadbalancer.server.port': '8000',
}
const check = { argv: ['curl', '-f', 'localhost:8000'], intervalMs: 10_000 }

const fakeApi = (facts: Partial<ServiceModel> = {}): ServiceModel =>
  fakeService('api', { traefikLabels: labels, check, ...facts })

const traefik = fakeProxy({ image: 'traefik:v3', dependsOn: [], mounts: [] })
const inside = (facts: Partial<ServiceModel> = {}): AppModel =>
  fakeApp([fakeApi(facts), { ...traefik, name: 'web' }])
/** Traefik is in another project. */
const alone = (facts: Partial<ServiceModel> = {}): AppModel => fakeApp([fakeApi(facts)])

/** Release `r2` runs, which dray started over a container without its health check, and v3 is wanted. */
async function deployedTwice(app: AppModel): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  await world.deploy()
  world.app = withTag(app, 'v3')
  world.takeLog()
  return world
}

const stepsOf = (text: string): string[] =>
  text.split('\n').filter((line) => /^(start|recreate|switch|stop)/.test(line))
const actionsOf = (world: FakeWorld): string[] =>
  world.takeLog().filter((line) => !/^(pull|tag|place|record)/.test(line))

describe.each([
  ['a service of the app', inside(), 'web', 'its image is traefik'],
  ['in another project', alone(), 'traefik', 'labels of api; it is not in this project'],
])('Traefik as %s', (_title, app, proxy, cause) => {
  test('sends no more requests to the old container before that is stopped', async () => {
    const world = await deployedTwice(app)
    const plan = await world.plan()
    expect(stepsOf(planToText(plan))).toEqual([
      'start-beside api 1+1 (new image)',
      `switch-traffic ${proxy} to api (containers of api change)`,
      'stop-old api-3 (replaced)',
    ])
    expect(plan.proxies).toMatchObject([{ service: proxy, kind: 'traefik', upstreams: ['api'] }])
    if (proxy === 'traefik') expect(plan.proxies[0]?.cause).toBe(cause)
    await world.deploy()
    expect(actionsOf(world)).toEqual(['up beside api=2', 'drain api-3', 'stop api-3', 'remove api-3'])
  })

  test('sends every request to a stand-in while a container that cannot be drained is replaced', async () => {
    const world = new FakeWorld(app)
    await world.deploy()
    world.app = withTag(app, 'v2')
    world.takeLog()
    expect(stepsOf(planToText(await world.plan()))).toEqual([
      'start-stand-in api as shop.api.stand-in (new image; through a stand-in: its container was started without a health check of dray)',
      `switch-traffic ${proxy} to api (containers of api change)`,
      'recreate-services api=1 (served by its stand-in meanwhile)',
      `switch-traffic ${proxy} to api (back from the stand-in of api)`,
      'stop-old shop.api.stand-in (the real container serves)',
    ])
    await world.deploy()
    expect(actionsOf(world)).toEqual([
      'stand-in shop.api.stand-in with 5 labels',
      'up force-recreate api=1',
      'drain api-2',
      'stop shop.api.stand-in',
      'remove shop.api.stand-in',
    ])
  })
})

test('a container of the first release has the health check if the service has one in a shell', async () => {
  const app = alone({ check: { argv: ['/bin/sh', '-c', 'curl localhost:8000'] } })
  const world = new FakeWorld(app)
  await world.deploy()
  expect(world.host.containers.get('api-1').healthCheck).toMatchObject({ intervalMs: 2000, retries: 2 })
})

describe('a service behind Traefik is recreated, with the reason,', () => {
  test.each<[string, Partial<ServiceModel>, (world: FakeWorld) => void]>([
    [
      'its labels change, and Traefik drops what two containers define differently',
      { traefikLabels: { ...labels, 'traefik.http.routers.api.rule': 'Host(`www.example.com`)' } },
      () => undefined,
    ],
    ['its health check is disabled', { healthCheck: 'disabled' }, () => undefined],
    ['it shares /dev/shm', { sharesMemory: true }, () => undefined],
  ])('%s', async (reason, facts, change) => {
    const world = await deployedTwice(alone())
    change(world)
    world.app = withService(world.app, 'api', facts)
    const plan = await world.plan()
    expect(plan.steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
      `new image; not rolled: traefik is in front of it; ${reason}`,
    )
    expect(plan.warnings).toContain(`api is briefly unavailable: traefik is in front of it; ${reason}.`)
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('switch-traffic')
  })

  test('its image has no shell', async () => {
    const world = new FakeWorld(alone())
    world.host.hasShell = false
    await world.deploy()
    world.app = withTag(alone(), 'v2')
    expect((await world.plan()).steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
      'new image; not rolled: traefik is in front of it; its image has no shell, as far as dray can see',
    )
  })

  test('Traefik may know it from a file', async () => {
    const app = fakeApp([fakeService('api'), traefik])
    const world = new FakeWorld(app)
    await world.deploy()
    world.app = withTag(app, 'v2')
    expect((await world.plan()).warnings).toContain(
      'api is briefly unavailable: traefik is in front of it; it may know the service from elsewhere than its labels.',
    )
  })
})

test.each([
  [
    'a service that Traefik has from a file is switched by its name, through a stand-in if need be',
    'traefik',
  ],
  ['so is one behind a Traefik whose command does not show it', '/start'],
])('%s', async (_what, program) => {
  const api = fakeService('api', { containerName: 'shop_api' })
  const app = fakeApp([api, fakeService('web'), { ...traefik, name: 'edge' }])
  const world = new FakeWorld(app)
  world.host.traefik = 'file\nproviders: {file: {filename: /etc/traefik/dynamic.yml}}'
  world.host.containers.commands.set('edge', [program])
  await world.deploy()
  world.app = withTag(app, 'v2')
  const plan = await world.plan()
  expect(plan.proxies).toMatchObject([{ service: 'edge', kind: 'traefik', upstreams: ['api', 'web'] }])
  world.takeLog()
  await world.deploy()
  expect(actionsOf(world)).toMatchInlineSnapshot(`
    [
      "pin edge to api-1, web-1",
      "up beside web=2",
      "stand-in shop.api.stand-in",
      "pin edge to api-2, web-2",
      "up force-recreate api=1",
      "pin edge to api-3, web-2",
      "stop shop.api.stand-in",
      "stop web-1",
      "unpin edge",
      "remove web-1",
      "remove shop.api.stand-in",
    ]
  `)
})

test('a container that cannot be drained is rolled if dray.yml says so, with a warning', async () => {
  const world = new FakeWorld(alone())
  await world.deploy()
  world.app = withTag(alone(), 'v2')
  world.desired = { ...world.desired, rollout: { api: 'roll' } }
  const plan = await world.plan()
  expect(stepsOf(planToText(plan))[0]).toBe('start-beside api 1+1 (new image)')
  expect(plan.warnings).toContain(
    'Some requests to api may fail when its old container stops: its container was started without a health check of dray.',
  )
  await world.deploy()
  expect(world.host.running).toBe('api:v2#api-2')
})

test('no stand-in is used where its routers would stay without a server', async () => {
  const world = new FakeWorld(inside())
  const flags = ['--providers.docker', '--providers.docker.allowEmptyServices']
  world.host.containers.commands.set('web', ['/entrypoint.sh', 'traefik', ...flags])
  await world.deploy()
  world.app = withTag(inside(), 'v2')
  expect((await world.plan()).steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
    'new image; not rolled: its container was started without a health check of dray',
  )
})

test('a service without labels is not behind a Traefik that takes labels only', async () => {
  const app = fakeApp([fakeService('api'), traefik])
  const world = new FakeWorld(app)
  const flags = [
    '--providers.docker',
    '--providers.docker.exposedByDefault=false',
    '--entrypoints.web.address=:80',
  ]
  world.host.containers.commands.set('nginx', ['/entrypoint.sh', 'traefik', ...flags])
  await world.deploy()
  world.app = withTag(app, 'v2')
  const plan = await world.plan()
  expect(stepsOf(planToText(plan))).toEqual(['start-beside api 1+1 (new image)', 'stop-old api-1 (replaced)'])
})

test('a release that changes nothing leaves the container, and its health check in the override file', async () => {
  const world = await deployedTwice(alone())
  world.app = withTag(alone(), 'v2')
  expect((await world.plan()).unchanged).toBe(true)
})

test('a failed deploy lets the old container serve before the new one is stopped', async () => {
  const world = await deployedTwice(alone())
  world.host.failWhen('record')
  expect(await world.failure()).toMatchObject({
    undone: ['files restored', 'old containers restarted', 'traffic switched back', 'shop-api-4 removed'],
  })
  const log = actionsOf(world)
  expect(log.slice(log.indexOf('start api-3'))).toEqual([
    'start api-3',
    'undrain api-3',
    'drain api-4',
    'stop api-4',
    'remove api-4',
  ])
})

test('a new container that Traefik may use already is drained before it is removed', async () => {
  const app = fakeApp([fakeApi(), fakeService('worker')])
  const world = await deployedTwice(app)
  world.host.containers.behaviours.set('worker:v3', 'never-healthy')
  await world.failure()
  expect(actionsOf(world)).toEqual(
    expect.arrayContaining(['drain api-4', 'stop api-4', 'remove api-4']) as string[],
  )
  expect(world.host.running).toBe('worker:v2#worker-2, api:v2#api-3')
})

test('a rollback gives the containers of a release from before dray the health check', async () => {
  const world = await deployedTwice(alone())
  await world.rollback('r1')
  expect(actionsOf(world)).toEqual(['up beside api=2', 'drain api-3', 'stop api-3', 'remove api-3'])
  expect(world.host.containers.get('api-4').healthCheck).toMatchObject({ intervalMs: 2000 })
})
