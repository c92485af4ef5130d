import { describe, expect, test } from 'vitest'
import { fakeApp, fakeService, withTag } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { planToText } from '../../../support/plan-to-text.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

/** A service that publishes a port itself: no proxy is in front of it. */
const app = fakeApp([fakeService('web', { publishedPorts: ['8080'] })])

async function atV1(): Promise<FakeWorld> {
  const world = await shopAtV1(undefined, app)
  world.host.forwardObstacle = undefined
  return world
}

test('the port is forwarded to a stand-in while the container is recreated', async () => {
  const world = await atV1()
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-stand-in web as shop.web.stand-in (new image; through a stand-in: it publishes port 8080)
    wait-healthy web (before receiving traffic)
    forward-ports web: 8080>8080 (the stand-in serves while the container is recreated)
    check-url http://localhost:8080/ below 500 (before the old container is stopped)
    recreate-services web=1 (served by its stand-in meanwhile)
    wait-healthy web (before receiving traffic)
    end-forward web: 8080>8080 (back from the stand-in of web)
    check-url http://localhost:8080/ below 500 (before the old container is stopped)
    stop-old shop.web.stand-in (the real container serves)
    check-url http://localhost:8080/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old shop.web.stand-in (the new release is recorded)
    verify-release web:v2=1 (before success is reported)"
  `)
  await world.deploy()
  expect(world.takeLog()).toMatchInlineSnapshot(`
    [
      "place docker-compose.yml docker-compose.override.yml",
      "pull web:v2",
      "tag web:v2",
      "stand-in shop.web.stand-in",
      "forward 8080 to web-2",
      "drain web-1",
      "up force-recreate web=1",
      "end forward shop.web",
      "drain web-2",
      "stop shop.web.stand-in",
      "record r2",
      "remove shop.web.stand-in",
      "clear forward shop.web",
    ]
  `)
  expect(world.host.running).toBe('web:v2#web-3')
  expect(world.host.forwards).toEqual(new Map())
})

test('ports of a container on networks without IPv4 are not forwarded', async () => {
  const world = await atV1()
  const networks = [{ name: 'shop_default', address: '', ipv6: 'fd00::5', aliases: ['web'] }]
  world.host.containers.change('web-1', { networks })
  expect(planToText(await world.plan())).toContain(
    'recreate-services web=1 (new image; not rolled: it publishes port 8080)',
  )
})

test('each replica has a stand-in, and each port of a range leads to one of them', async () => {
  const replicas = fakeApp([fakeService('web', { publishedPorts: ['8080-8089'], replicas: 2 })])
  const world = await shopAtV1(undefined, replicas)
  world.host.forwardObstacle = undefined
  await world.deploy()
  expect(world.takeLog()).toMatchInlineSnapshot(`
    [
      "place docker-compose.yml docker-compose.override.yml",
      "pull web:v2",
      "tag web:v2",
      "stand-in shop.web.stand-in",
      "stand-in shop.web.stand-in-2",
      "forward 8080 to web-3",
      "forward 8081 to web-4",
      "drain web-1",
      "drain web-2",
      "up force-recreate web=2",
      "end forward shop.web",
      "drain web-3",
      "drain web-4",
      "stop shop.web.stand-in",
      "stop shop.web.stand-in-2",
      "record r2",
      "remove shop.web.stand-in",
      "remove shop.web.stand-in-2",
      "clear forward shop.web",
    ]
  `)
  expect(world.host.running).toBe('web:v2#web-5, web:v2#web-6')
  expect(world.host.forwards).toEqual(new Map())
})

test('after a failure each port leads to a stand-in again while the replicas are recreated as before', async () => {
  const replicas = fakeApp([fakeService('web', { publishedPorts: ['8080-8081'], replicas: 2 })])
  const world = await shopAtV1(undefined, replicas)
  world.host.forwardObstacle = undefined
  world.host.when('record r2', () => {
    throw new Error('not today')
  })
  expect(await world.failure()).toMatchObject({ serving: 'Release r1 is serving, as before.' })
  const log = world.takeLog()
  expect(log.slice(log.indexOf('restore') + 1)).toMatchInlineSnapshot(`
    [
      "start web-3",
      "start web-4",
      "forward 8080 to web-3",
      "forward 8081 to web-4",
      "up force-recreate web=2",
      "end forward shop.web",
      "drain web-3",
      "drain web-4",
      "stop web-3",
      "stop web-4",
      "remove web-3",
      "remove web-4",
      "clear forward shop.web",
    ]
  `)
  expect(world.host.running).toBe('web:v1#web-7, web:v1#web-8')
})

test('a Caddy of the host opens new connections whenever the port leads elsewhere', async () => {
  const world = await atV1()
  world.host.keepsConnections = true
  await world.deploy()
  const log = world.takeLog()
  const after = (begins: string) => log[log.findIndex((line) => line.startsWith(begins)) + 1]
  expect(after('forward 8080')).toBe('renew connections to 8080')
  expect(after('end forward')).toBe('renew connections to 8080')
  const results = world.events.flatMap((it) => (it.type === 'step.finished' ? [it.result] : []))
  expect(results).toContain('Caddy on srv has loaded its configuration again')
})

const removed = ['files restored', 'traffic switched back', 'shop.web.stand-in removed']
const recreated = [
  'files restored',
  'web recreated as before',
  'traffic switched back',
  'shop.web.stand-in removed',
]

describe('a failed step gives the port back to the release before:', () => {
  test.each<[string, string, string[], string[]]>([
    [
      'the health check of the stand-in',
      'check web-2',
      ['files restored', 'shop.web.stand-in removed'],
      ['stop web-2', 'remove web-2'],
    ],
    [
      'forwarding',
      'forward 8080',
      removed,
      ['end forward shop.web', 'drain web-2', 'stop web-2', 'remove web-2', 'clear forward shop.web'],
    ],
    [
      'the end of the forwarding',
      'end forward',
      recreated,
      [
        ...[
          'start web-2',
          'forward 8080 to web-2',
          'up force-recreate web=1',
          'end forward shop.web',
          'drain web-2',
        ],
        ...['stop web-2', 'remove web-2', 'clear forward shop.web'],
      ],
    ],
    [
      'the record',
      'record r2',
      recreated,
      [
        ...[
          'start web-2',
          'forward 8080 to web-2',
          'up force-recreate web=1',
          'end forward shop.web',
          'drain web-2',
        ],
        ...['stop web-2', 'remove web-2', 'clear forward shop.web'],
      ],
    ],
  ])('%s', async (_step, begins, undone, after) => {
    const world = await atV1()
    let fails = true
    world.host.when(begins, () => {
      if (fails) {
        fails = false
        throw new Error('not today')
      }
    })
    expect(await world.failure()).toMatchObject({ undone, serving: 'Release r1 is serving, as before.' })
    const log = world.takeLog()
    expect(log.slice(log.indexOf('restore') + 1)).toEqual(after)
    expect(world.host.forwards).toEqual(new Map())
    expect(world.host.running).toMatch(/^web:v1#web-[14]$/)
  })
})

test('what a killed deploy left forwarded is given back by the next one', async () => {
  const world = await atV1()
  const { id } = world.host.containers.create(world.app, 'web', 'ghcr.io/acme/web:v2')
  world.host.containers.change(id, {
    oneOff: true,
    standIn: true,
    name: 'shop.web.stand-in',
    publishedPorts: [],
  })
  world.host.forwards.set('shop.web', [id])
  world.app = withTag(app, 'v1')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    end-forward web: 8080>8080 (an interrupted deploy may have left it)
    stop-old shop.web.stand-in (left over from an interrupted deploy)
    check-url http://localhost:8080/ below 500 (without the old containers)
    record-release r2 -r1 (archived releases for rollback: 1)
    remove-old shop.web.stand-in (the new release is recorded)
    verify-release web:v1=1 (before success is reported)
    left web (same image and configuration)"
  `)
  await world.deploy()
  expect(world.host.forwards).toEqual(new Map())
  expect(world.host.running).toBe('web:v1#web-1')
})

describe('a port is not forwarded', () => {
  test.each<[string, string, (world: FakeWorld) => void]>([
    [
      'if the user may not',
      ', and it is not forwarded to a stand-in: no root',
      ({ host }) => (host.forwardObstacle = 'no root'),
    ],
    [
      'of a service with `rollout: recreate`',
      '',
      (world) => (world.desired = { ...world.desired, rollout: { web: 'recreate' } }),
    ],
  ])('%s', async (_why, reason, change) => {
    const world = await atV1()
    change(world)
    const { steps, warnings } = await world.plan()
    expect(steps.map(({ kind }) => kind)).not.toContain('forward-ports')
    expect(warnings).toContain(`web is briefly unavailable: it publishes port 8080${reason}.`)
  })

  test.each([
    ['UDP', { publishedPorts: ['53/udp'] }],
    [
      'IPv6 alone',
      { publishedPorts: ['80'], ports: [{ published: '80', target: 80, protocol: 'tcp', hostIp: '::1' }] },
    ],
    [
      'any free port',
      {
        publishedPorts: ['80'],
        ports: [{ published: undefined, target: 80, protocol: 'tcp', hostIp: undefined }],
      },
    ],
    ['an image of third parties', { publishedPorts: ['80'], image: 'httpd:2' }],
  ])('with %s', async (_what, facts) => {
    const world = await shopAtV1(undefined, fakeApp([fakeService('web', facts)]))
    world.host.forwardObstacle = undefined
    world.movedTags.set('httpd:2', '2.4')
    const { steps } = await world.plan()
    expect(steps.map(({ kind }) => kind)).toContain('recreate-services')
    expect(steps.map(({ kind }) => kind)).not.toContain('forward-ports')
  })
})

test('an nginx of the user that publishes the port itself gets a stand-in too', async () => {
  const world = await shopAtV1(
    undefined,
    fakeApp([
      fakeService('api', { containerName: 'shop_api' }),
      fakeService('web', { publishedPorts: ['80'] }),
    ]),
  )
  world.host.forwardObstacle = undefined
  world.host.containers.change('web-1', { command: ['nginx', '-g', 'daemon off;'] })
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image api:v2 for api (not on the host)
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    test-proxy web: nginx -t (before anything is started)
    start-stand-in api as shop.api.stand-in shop_api (new image; through a stand-in: its container_name is shop_api)
    wait-healthy api (before receiving traffic)
    start-stand-in web as shop.web.stand-in (new image; through a stand-in: it publishes port 80)
    wait-healthy web (before receiving traffic)
    switch-traffic web to api (containers of api change)
    forward-ports web: 80>80 (the stand-in serves while the container is recreated)
    check-url http://localhost:80/ below 500 (before the old container is stopped)
    recreate-services api=1, web=1 (served by their stand-ins meanwhile)
    wait-healthy api, web (before receiving traffic)
    switch-traffic web to api (back from the stand-in of api, web)
    end-forward web: 80>80 (back from the stand-in of api, web)
    check-url http://localhost:80/ below 500 (before the old container is stopped)
    stop-old shop.api.stand-in (the real container serves)
    stop-old shop.web.stand-in (the real container serves)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old shop.api.stand-in (the new release is recorded)
    remove-old shop.web.stand-in (the new release is recorded)
    verify-release api:v2=1, web:v2=1 (before success is reported)"
  `)
})

describe('a port that is also published over IPv6', () => {
  const plan = async (ipv6Networks: readonly string[], obstacle?: string) => {
    const world = await atV1()
    world.app = { ...world.app, ipv6Networks }
    world.host.ipv6Obstacle = obstacle
    world.host.containers.change('web-1', { publishesIpv6: true })
    return (await world.plan()).warnings.filter((it) => it.includes('IPv6'))
  }

  test('is forwarded there, too, on a network with IPv6', async () => {
    expect(await plan(['default'])).toEqual([])
  })

  test.each([
    ['its networks have no `enable_ipv6`', [], undefined],
    ['the server has no ip6tables', ['default'], 'the server has no ip6tables'],
  ])('is not, and the plan says so: %s', async (why, networks, obstacle) => {
    expect(await plan(networks, obstacle)).toEqual([
      `Port 8080 of web is briefly unavailable over IPv6: ${why}.`,
    ])
  })
})
