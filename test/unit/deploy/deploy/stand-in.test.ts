import { describe, expect, test } from 'vitest'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { fakeApp, fakeProxy, fakeService, spellImage } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { planToText } from '../../../support/plan-to-text.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

const named = fakeApp([
  fakeService('api', { containerName: 'shop_api', publishedPorts: ['8000'] }),
  fakeService('web'),
  fakeProxy({ dependsOn: [] }),
])

const atV1 = (): Promise<FakeWorld> => shopAtV1(undefined, named)

test('the stand-in serves while the real one is recreated', async () => {
  const world = await atV1()
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image api:v2 for api (not on the host)
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside web 1+1 (new image)
    start-stand-in api as shop.api.stand-in shop_api (new image; through a stand-in: it publishes port 8000 and its container_name is shop_api)
    wait-healthy api, web (before receiving traffic)
    switch-traffic nginx to api, web (containers of api, web change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    recreate-services api=1 (served by its stand-in meanwhile)
    wait-healthy api (before receiving traffic)
    switch-traffic nginx to api, web (back from the stand-in of api)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old web-1 (replaced)
    stop-old shop.api.stand-in (the real container serves)
    check-url http://localhost:80/ below 500 (without the old containers)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old web-1 (the new release is recorded)
    remove-old shop.api.stand-in (the new release is recorded)
    verify-release api:v2=1, web:v2=1, nginx:alpine=1 (before success is reported)
    left nginx (same image and configuration)
    ! Port 8000 of api is briefly unavailable; requests through the proxy are not affected."
  `)
  await world.deploy()
  expect(world.takeLog()).toMatchInlineSnapshot(`
    [
      "place docker-compose.yml docker-compose.override.yml",
      "pull api:v2",
      "pull web:v2",
      "tag api:v2",
      "tag web:v2",
      "up beside web=2",
      "stand-in shop.api.stand-in",
      "turn nginx to api-2, web-2",
      "up force-recreate api=1",
      "turn nginx to api-3, web-2",
      "stop web-1",
      "stop shop.api.stand-in",
      "record r2",
      "remove web-1",
      "remove shop.api.stand-in",
    ]
  `)
  expect(world.host.running).toBe('nginx:alpine#nginx-1, web:v2#web-2, api:v2#api-3')
  expect(world.host.containers.get('api-3')).toMatchObject({ name: 'shop_api', oneOff: false })
})

const served = 'api:v1#api-1, web:v1#web-1, nginx:alpine#nginx-1'
const early = ['files restored', 'shop.api.stand-in, shop-web-2 removed']
const switchedBack = ['files restored', 'traffic switched back', 'shop.api.stand-in, shop-web-2 removed']
const recreated = [
  'files restored',
  'api recreated as before',
  'traffic switched back',
  'shop.api.stand-in, shop-web-2 removed',
]
const restarted = ['files restored', 'old containers restarted', ...recreated.slice(1)]

describe('before the real container is recreated, a failed step leaves it as it was:', () => {
  test.each([
    ['starting the stand-in', 'stand-in shop.api', ['files restored', 'shop-web-2 removed']],
    ['the health check of the stand-in', 'check api-2', early],
    ['switching to the stand-in', 'turn nginx to api-2', switchedBack],
  ])('%s', async (_step, begins, undone) => {
    const world = await atV1()
    world.host.failWhen(begins)
    expect(await world.failure()).toMatchObject({
      undone,
      serving: 'Release r1 is serving, as before.',
    })
    expect(world.host.running).toBe(served)
    expect(world.host.containers.get('api-1')).toMatchObject({ name: 'shop_api' })
  })
})

describe('after the real container was recreated, a failed step recreates the old one behind the stand-in:', () => {
  test.each<[string, string, string[], string[]]>([
    ['the health check of the real one', 'check api-3', recreated, []],
    ['switching to the real one', 'turn nginx to api-3', recreated, ['turn nginx to api-2, web-1']],
    ['stopping an old container', 'stop web-1', restarted, ['turn nginx to api-2, web-1']],
    ['stopping the stand-in', 'stop shop.api', restarted, ['turn nginx to api-2, web-1']],
    ['the record', 'record r2', restarted, ['turn nginx to api-2, web-1']],
  ])('%s', async (_step, begins, undone, before) => {
    const world = await atV1()
    world.host.failWhen(begins)
    expect(await world.failure()).toMatchObject({ undone, serving: 'Release r1 is serving, as before.' })
    const log = world.takeLog()
    expect(log.slice(log.indexOf('restore')).filter((line) => /^(turn|up|remove|stop)/.test(line))).toEqual([
      ...before,
      'up force-recreate api=1',
      'turn nginx to api-4, web-1',
      ...['stop api-2', 'stop web-2', 'remove api-2', 'remove web-2'],
    ])
    expect(spellRunning(world)).toEqual(['api:v1 shop_api', 'nginx:alpine shop-nginx-1', 'web:v1 shop-web-1'])
  })

  test('a recreate that ended before it touched the container leaves it as it was', async () => {
    const world = await atV1()
    world.host.failWhen('up force-recreate')
    expect(await world.failure()).toMatchObject({ undone: switchedBack })
    expect(world.host.running).toBe(served)
  })

  test('a service without a health check gets its traffic back when the old one has run for two seconds again', async () => {
    const world = await shopAtV1(
      undefined,
      fakeApp([
        fakeService('api', { containerName: 'shop_api', healthCheck: 'from-image-or-none' }),
        fakeProxy(),
      ]),
    )
    const recreatedAtMs: number[] = []
    let backAtMs = 0
    world.host.when('up force-recreate api', () => void recreatedAtMs.push(world.clock.now()))
    world.host.when('turn nginx to api-4', () => void (backAtMs = world.clock.now()))
    world.host.when('record', async () => {
      await world.clock.sleep(60_000)
      throw new DrayError('DISK_FULL', 'The disk is full.')
    })
    await world.failure()
    expect(recreatedAtMs).toHaveLength(2)
    expect(backAtMs - recreatedAtMs[1]!).toBeGreaterThanOrEqual(2_000)
  })

  test('a real one that is never healthy gets no traffic', async () => {
    const world = await atV1()
    world.host.when('up force-recreate', () => {
      world.host.containers.behaviours.set('api:v2', 'never-healthy')
    })
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_UNHEALTHY', undone: recreated })
    expect(world.takeLog().filter((line) => line.startsWith('turn'))).toEqual([
      'turn nginx to api-2, web-2',
      'turn nginx to api-4, web-1',
    ])
  })

  test('an old one that is not healthy any more gets no traffic: the stand-in stays', async () => {
    const world = await atV1()
    world.host.failWhen('record r2')
    world.host.when('restore', () => {
      world.host.containers.behaviours.set('api:v1', 'never-healthy')
    })
    expect(await world.failure()).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 })
    expect(world.host.containers.get('shop.api.stand-in')).toMatchObject({ state: 'running' })
    expect(
      world
        .takeLog()
        .filter((line) => line.startsWith('turn'))
        .at(-1),
    ).toBe('turn nginx to api-2, web-1')
  })
})

describe('after a client that was killed', () => {
  test('in the middle of the recreate, the next deploy starts the real one and then removes the stand-in', async () => {
    const world = await atV1()
    world.host.when('up force-recreate', () => {
      world.host.containers.change('api-1', { state: 'created', name: 'abc_shop_api' })
      world.host.loseLock()
      throw new Error('killed')
    })
    expect(await world.failure()).toMatchObject({ code: 'LOCK_LOST' })
    world.takeLog()
    await world.deploy()
    expect(world.takeLog()).toMatchInlineSnapshot(`
      [
        "up beside web=3",
        "remove api-1",
        "up recreate api=1",
        "turn nginx to api-3, web-3",
        "stop web-1",
        "stop web-2",
        "stop shop.api.stand-in",
        "record r3",
        "remove web-1",
        "remove web-2",
        "remove shop.api.stand-in",
      ]
    `)
    expect(spellRunning(world)).toEqual(['api:v2 shop_api', 'nginx:alpine shop-nginx-1', 'web:v2 shop-web-3'])
  })

  test('with the traffic on the stand-in, the next deploy starts another one', async () => {
    const world = await killedAt('up force-recreate')
    const text = planToText(await world.plan())
    expect(text).toContain('start-stand-in api as shop.api.stand-in-2 shop_api')
    expect(text).toContain('stop-old shop.api.stand-in-2, shop.api.stand-in (the real container serves)')
    await world.deploy()
    expect(spellRunning(world)).toEqual(['api:v2 shop_api', 'nginx:alpine shop-nginx-1', 'web:v2 shop-web-3'])
  })

  test('a failed next deploy switches to what is healthy', async () => {
    const world = await killedAt('up force-recreate')
    world.host.containers.behaviours.set('api:v1', 'never-healthy')
    world.takeLog()
    world.host.failWhen('turn nginx to api-3')
    await world.failure()
    expect(
      world
        .takeLog()
        .filter((line) => line.startsWith('turn'))
        .at(-1),
    ).toMatch(/^turn nginx to api-2/)
    expect(world.host.containers.get('shop.api.stand-in')).toMatchObject({ state: 'running' })
  })

  test('after the record, the next deploy of the same release only removes the stand-in', async () => {
    const world = await killedAt('stop web-1')
    world.host.containers.remove('web-1')
    await world.deploy()
    expect(world.host.containers.all.filter((it) => it.standIn)).toEqual([])
    expect(await world.plan()).toMatchObject({ unchanged: true })
  })
})

test('a one-off container that is not a stand-in is left alone', async () => {
  const world = await atV1()
  const task = world.host.containers.create(named, 'api', 'ghcr.io/acme/api:v1')
  world.host.containers.change(task.id, { oneOff: true, name: 'shop.api.task' })
  await world.deploy()
  expect(world.host.containers.get('shop.api.task')).toMatchObject({ state: 'running' })
})

test('each of several proxies is switched to the stand-in and back, and once by the undo', async () => {
  const inner = fakeService('inner', { image: 'nginx:1', dependsOn: [] })
  const world = await shopAtV1(undefined, fakeApp([...named.services, inner]))
  world.host.failWhen('check api-3')
  await world.failure()
  expect(world.takeLog().filter((line) => line.startsWith('turn'))).toEqual([
    'turn inner to api-2, web-2',
    'turn nginx to api-2, web-2',
    'turn inner to api-4, web-1',
    'turn nginx to api-4, web-1',
  ])
})

test('a rollback goes through a stand-in', async () => {
  const world = await atV1()
  await world.deploy()
  world.takeLog()
  await world.rollback()
  expect(world.takeLog()).toContain('stand-in shop.api.stand-in')
  expect(spellRunning(world)).toEqual(['api:v1 shop_api', 'nginx:alpine shop-nginx-1', 'web:v1 shop-web-3'])
})

/** A deploy whose client dies before an action. */
async function killedAt(begins: string): Promise<FakeWorld> {
  const world = await atV1()
  let isAlive = true
  world.host.when(begins, () => {
    if (!isAlive) return
    isAlive = false
    world.host.loseLock()
    throw new Error('killed')
  })
  await world.failure()
  return world
}

function spellRunning({ host }: FakeWorld): string[] {
  return host.containers.running.map((it) => `${spellImage(it.imageName)} ${it.name}`).sort()
}
