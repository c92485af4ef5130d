import { describe, expect, test } from 'vitest'
import type { ServiceModel } from '../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeService, spellImage, withTag } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'
import { toHex } from '../../../support/to-hex.ts'

/** v1 of an app that publishes port 8000 runs; the next deploy brings v2 and the front. */
async function beforeTheFront(web: Partial<ServiceModel> = {}): Promise<FakeWorld> {
  const world = await shopAtV1(undefined, fakeApp([fakeService('web', { publishedPorts: ['8000'], ...web })]))
  world.front = {}
  return world
}

const named = { containerName: 'shop_web' }

describe('moving in', () => {
  test('the front is created before the old container is stopped, and started right after it', async () => {
    const world = await beforeTheFront()
    await world.deploy()
    expect(world.takeLog().slice(5)).toMatchInlineSnapshot(`
      [
        "up beside web=2",
        "up create dray-front=1",
        "stop web-1",
        "start dray-front-1",
        "up recreate dray-front=1",
        "record r2",
        "remove web-1",
      ]
    `)
    expect(world.host.running).toBe('web:v2#web-2, nginx:1.28-alpine#dray-front-1')
    expect(world.host.releases.at(-1)?.services['dray-front']).toMatchObject({
      tag: '1.28-alpine',
      replicas: 1,
    })
    expect((await world.plan()).unchanged).toBe(true)
  })

  test('with a fixed name, the stand-in serves behind the front while the real container is recreated', async () => {
    const world = await beforeTheFront(named)
    await world.deploy()
    expect(world.takeLog().slice(5)).toMatchInlineSnapshot(`
      [
        "stand-in shop.web.stand-in",
        "up create dray-front=1",
        "stop web-1",
        "start dray-front-1",
        "up recreate dray-front=1",
        "turn dray-front to web-2",
        "up force-recreate web=1",
        "turn dray-front to web-3",
        "stop shop.web.stand-in",
        "record r2",
        "remove shop.web.stand-in",
      ]
    `)
    expect(world.host.containers.get('shop_web')).toMatchObject({ state: 'running', publishedPorts: [] })
  })

  test('a service that calls another directly gets the new container before the old one is stopped', async () => {
    const services = [fakeService('web', { publishedPorts: ['8000'] }), fakeService('job')]
    const world = await shopAtV1(undefined, fakeApp(services))
    world.front = {}
    const [from, to] = ['job-1', 'web-1'].map((id) =>
      toHex(world.host.containers.get(id).networks[0]?.address),
    )
    world.host.connections = (id) => (id === 'job-1' ? `1: ${from}:A111 ${to}:1F40 01 0` : '')
    await world.deploy()
    const log = world.takeLog()
    expect(log.filter((line) => /^(pin job|stop web)/.test(line))).toEqual([
      'pin job to web-1',
      'pin job to web-2',
      'pin job to web-2',
      'stop web-1',
    ])
  })

  test.each<[string, Partial<ServiceModel>, string]>([
    ['creating the front', {}, 'up create'],
    ['stopping the old container', {}, 'stop web-1'],
    ['starting the front', {}, 'start dray-front-1'],
    ['the record', {}, 'record r2'],
    ['switching to the stand-in', named, 'turn dray-front to web-2'],
    ['recreating the real one', named, 'up force-recreate web'],
    ['the health check of the real one', named, 'check web-3'],
    ['the record, with a stand-in', named, 'record r2'],
  ])('a failure at %s gives the port back', async (_step, web, begins) => {
    const world = await beforeTheFront(web)
    world.host.failWhen(begins)
    expect(await world.failure()).toMatchObject({ serving: 'Release r1 is serving, as before.' })
    expect(spellRunning(world)).toEqual(['web:v1 8000'])
    expect(world.host.containers.all).toHaveLength(1)
  })

  test('a service that may run only once is stopped first', async () => {
    const world = await beforeTheFront()
    world.desired = { ...world.desired, rollout: { web: 'recreate' } }
    world.host.failWhen('record r2')
    await world.failure()
    expect(spellRunning(world)).toEqual(['web:v1 8000'])
    await world.deploy()
    expect(spellRunning(world)).toEqual(['nginx:1.28-alpine 8000', 'web:v2'])
  })
})

describe('moving out', () => {
  const behindTheFront = async (): Promise<FakeWorld> => {
    const world = await beforeTheFront()
    await world.deploy()
    world.takeLog()
    return world
  }

  test('the front is stopped before the port goes back to the service', async () => {
    const world = await behindTheFront()
    world.front = undefined
    await world.deploy()
    expect(world.takeLog()).toMatchInlineSnapshot(`
      [
        "place docker-compose.yml docker-compose.override.yml -dray-front/default.conf",
        "stop dray-front-1",
        "up force-recreate web=1",
        "record r3",
        "remove dray-front-1",
      ]
    `)
    expect(spellRunning(world)).toEqual(['web:v2 8000'])
  })

  test('a rollback to a release from before the front does the same', async () => {
    const world = await behindTheFront()
    await world.rollback()
    expect(spellRunning(world)).toEqual(['web:v1 8000'])
    await world.rollback('r2')
    expect(spellRunning(world)).toEqual(['nginx:1.28-alpine 8000', 'web:v2'])
  })

  test.each(['up force-recreate web', 'check web-3', 'record r3'])(
    'a failure at `%s` brings the front back',
    async (begins) => {
      const world = await behindTheFront()
      world.front = undefined
      world.host.failWhen(begins)
      expect(await world.failure()).toMatchObject({ serving: 'Release r2 is serving, as before.' })
      expect(spellRunning(world)).toEqual(['nginx:1.28-alpine 8000', 'web:v2'])
    },
  )
})

/** `web:v1 8000`: what runs, with its ports. */
function spellRunning({ host }: FakeWorld): string[] {
  return host.containers.running
    .map(({ imageName, publishedPorts }) => [spellImage(imageName), ...publishedPorts].join(' '))
    .sort()
}

describe('where ports can be forwarded', () => {
  const forwarded = async (web: Partial<ServiceModel> = {}): Promise<FakeWorld> => {
    const world = await beforeTheFront(web)
    world.host.forwardObstacle = undefined
    return world
  }

  test.each<[string, Partial<ServiceModel>, string[]]>([
    [
      'a new container',
      {},
      [
        ...[
          'up beside web=2',
          'forward 8000 to web-2',
          'drain web-1',
          'up create dray-front=1',
          'stop web-1',
        ],
        ...[
          'start dray-front-1',
          'up recreate dray-front=1',
          'end forward shop.web',
          'drain web-2',
          'record r2',
        ],
        ...['remove web-1', 'clear forward shop.web'],
      ],
    ],
    [
      'the stand-in',
      named,
      [
        ...['stand-in shop.web.stand-in', 'forward 8000 to web-2', 'drain web-1', 'up create dray-front=1'],
        ...[
          'stop web-1',
          'start dray-front-1',
          'up recreate dray-front=1',
          'end forward shop.web',
          'drain web-2',
        ],
        ...['turn dray-front to web-2', 'up force-recreate web=1', 'turn dray-front to web-3'],
        ...['stop shop.web.stand-in', 'record r2', 'remove shop.web.stand-in', 'clear forward shop.web'],
      ],
    ],
  ])('the port leads to %s while the front moves in', async (_to, web, log) => {
    const world = await forwarded(web)
    await world.deploy()
    expect(world.takeLog().slice(5)).toEqual(log)
    expect(world.host.forwards).toEqual(new Map())
  })

  test.each<[string, Partial<ServiceModel>]>([
    ['forward 8000', {}],
    ['stop web-1', {}],
    ['start dray-front-1', {}],
    ['end forward', {}],
    ['record r2', {}],
    ['forward 8000', named],
    ['up force-recreate web', named],
    ['record r2', named],
  ])('a failure at `%s` gives the port back', async (begins, web) => {
    const world = await forwarded(web)
    failOnce(world, begins)
    expect(await world.failure()).toMatchObject({ serving: 'Release r1 is serving, as before.' })
    expect(spellRunning(world)).toEqual(['web:v1 8000'])
    expect(world.host.containers.all).toHaveLength(1)
    expect(world.host.forwards).toEqual(new Map())
  })

  test('it moves out while the port leads to a stand-in', async () => {
    const world = await forwarded()
    await world.deploy()
    world.takeLog()
    world.front = undefined
    await world.deploy()
    expect(world.takeLog()).toEqual([
      ...['place docker-compose.yml docker-compose.override.yml -dray-front/default.conf'],
      ...['stand-in shop.web.stand-in', 'forward 8000 to web-3', 'drain web-2', 'stop dray-front-1'],
      ...['up force-recreate web=1', 'end forward shop.web', 'drain web-3', 'stop shop.web.stand-in'],
      ...['record r3', 'remove shop.web.stand-in', 'remove dray-front-1', 'clear forward shop.web'],
    ])
    expect(spellRunning(world)).toEqual(['web:v2 8000'])
  })

  test.each(['forward 8000', 'up force-recreate web', 'check web-4', 'end forward', 'record r3'])(
    'a failure at `%s` while it moves out gives the port back to it',
    async (begins) => {
      const world = await forwarded()
      await world.deploy()
      world.front = undefined
      failOnce(world, begins)
      expect(await world.failure()).toMatchObject({ serving: 'Release r2 is serving, as before.' })
      expect(spellRunning(world)).toEqual(['nginx:1.28-alpine 8000', 'web:v2'])
      expect(world.host.forwards).toEqual(new Map())
    },
  )
})

function failOnce(world: FakeWorld, begins: string): void {
  let fails = true
  world.host.when(begins, () => {
    if (!fails) return
    fails = false
    throw new Error('not today')
  })
}

describe('a domain', () => {
  const atDomain = (url: string): boolean => url.startsWith('https:')
  const withDomain = async (): Promise<FakeWorld> => {
    const world = await beforeTheFront()
    world.front = { domains: [{ name: 'app.example.com' }] }
    return world
  }

  test('without a certificate the front moves out again, and the failure says where the domain leads', async () => {
    const world = await withDomain()
    world.host.addresses = ['203.0.113.9']
    world.host.answer = (url) =>
      atDomain(url) ? { error: 'it has no certificate for that name' } : { status: 200 }
    const startedAtMs = world.clock.now()
    expect(await world.failure()).toMatchObject({
      code: 'DOMAIN_UNSERVED',
      exitCode: 1,
      message:
        'https://app.example.com/ does not answer (it has no certificate for that name) on srv. As seen from here, the address of app.example.com is 203.0.113.9.',
      details: { logTail: [expect.stringContaining('last words of dray-front-1')] },
      serving: 'Release r1 is serving, as before.',
    })
    expect(world.clock.now() - startedAtMs).toBeGreaterThan(60_000)
    expect(spellRunning(world)).toEqual(['web:v1 8000'])
  })

  test('a certificate that comes late is waited for, and recorded as an entrance', async () => {
    const world = await withDomain()
    let asked = 0
    world.host.answer = (url) =>
      atDomain(url) && (asked += 1) < 150 ? { error: 'it has no certificate for that name' } : { status: 200 }
    await world.deploy()
    expect(spellRunning(world)).toEqual(['caddy:2.11-alpine 8000 80 443', 'web:v2'])
    expect(world.host.releases.at(-1)?.entrances).toContainEqual({
      url: 'https://app.example.com/',
      below: 500,
      fromHost: true,
      domain: { anyIssuer: false },
    })
    expect((await world.plan()).unchanged).toBe(true)
  })

  test('an app that is down behind it fails the next release', async () => {
    const world = await withDomain()
    await world.deploy()
    world.app = withTag(world.app, 'v3')
    world.host.answer = (url) =>
      atDomain(url) && world.host.running.includes('web:v3') ? { status: 502 } : { status: 200 }
    expect(await world.failure()).toMatchObject({
      code: 'URL_CHECK_FAILED',
      message: 'https://app.example.com/ answers 502 with the new release.',
      serving: 'Release r2 is serving, as before.',
    })
  })

  test('traffic is switched by names alone, without a reload', async () => {
    const world = await withDomain()
    await world.deploy()
    world.takeLog()
    world.app = withTag(world.app, 'v3')
    await world.deploy()
    expect(world.takeLog().filter((line) => /^(pin|up|test|switch|stop|unpin|record)/.test(line))).toEqual([
      'pin dray-front to web-2',
      'up beside web=2',
      'pin dray-front to web-3',
      'stop web-2',
      'unpin dray-front',
      'record r3',
    ])
  })

  test('`probe: false` asks nothing', async () => {
    const world = await withDomain()
    world.desired = { ...world.desired, probeUrl: false }
    world.host.answer = () => ({ error: 'refused' })
    await world.deploy()
    expect(world.host.releases.at(-1)?.entrances).toEqual([])
  })
})
