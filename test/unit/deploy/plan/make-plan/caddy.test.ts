import { describe, expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const caddy = {
  ...fakeProxy({
    image: 'caddy:2',
    mounts: [{ path: 'caddy', target: '/etc/caddy' }],
    dependsOn: [],
  }),
  name: 'caddy',
}
const shop = fakeApp([fakeService('api'), fakeService('db', { image: 'postgres:16' }), caddy])

/** A world where release r1 runs behind Caddy, and v2 is wanted. */
async function upgraded(observed = 'v2.11.4'): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  world.files = { 'caddy/Caddyfile': ':80 {}' }
  world.host.caddy = observed
  await world.deploy()
  world.takeLog()
  world.app = withTag(shop, 'v2')
  return world
}

test('names are pinned before anything new starts, and unpinned when nothing old runs', async () => {
  const world = await upgraded()
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pin-names caddy: api (caddy looks names up at every connection)
    pull-image api:v2 for api (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside api 1+1 (new image)
    wait-healthy api (before receiving traffic)
    switch-traffic caddy to api (containers of api change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old api-1 (replaced)
    unpin-names caddy (the old containers are stopped)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old api-1 (the new release is recorded)
    verify-release api:v2=1, postgres:16=1, caddy:2=1 (before success is reported)
    left db (same image and configuration)
    left caddy (same image and configuration)"
  `)
  await world.deploy()
  expect(world.takeLog().filter((line) => /^(pin|up|test|switch|stop|unpin|record)/.test(line))).toEqual([
    'pin caddy to api-1',
    'up beside api=2',
    'test caddy',
    'pin caddy to api-2',
    'switch caddy',
    'stop api-1',
    'unpin caddy',
    'record r2',
  ])
})

test('a named service keeps its requests on the old container, then on its stand-in, then on the real one', async () => {
  const named = fakeApp([fakeService('api', { containerName: 'shop_api' }), caddy])
  const world = new FakeWorld(named)
  world.files = { 'caddy/Caddyfile': ':80 {}' }
  await world.deploy()
  world.takeLog()
  world.app = withTag(named, 'v2')
  await world.deploy()
  expect(world.takeLog().filter((line) => /^(pin|up|stand|switch|stop|unpin|record)/.test(line))).toEqual([
    'pin caddy to api-1',
    'stand-in shop.api.stand-in',
    'pin caddy to api-2',
    'switch caddy',
    'up force-recreate api=1',
    'pin caddy to api-3',
    'switch caddy',
    'stop shop.api.stand-in',
    'unpin caddy',
    'record r2',
  ])
})

test('a failed deploy switches back, and unpins when the new containers are gone', async () => {
  const world = await upgraded()
  world.host.answer = () => ({ status: 502 })
  expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED' })
  const log = world.takeLog()
  expect(log.slice(log.indexOf('restore')).filter((line) => line !== 'restore')).toEqual([
    'test caddy',
    'pin caddy to api-1',
    'switch caddy',
    'stop api-2',
    'remove api-2',
    'unpin caddy',
  ])
})

test('a configuration that Caddy rejects fails the deploy with nothing switched', async () => {
  const world = await upgraded()
  world.host.proxyExitCode = 3
  expect(await world.failure()).toMatchObject({ code: 'PROXY_CONFIG_INVALID' })
  expect(world.takeLog()).not.toContain('pin caddy to api-2')
})

test('a changed Caddyfile is tested and reloaded', async () => {
  const world = await upgraded()
  world.app = shop
  world.files = { 'caddy/Caddyfile': ':80 { respond ok }' }
  await world.deploy()
  expect(world.takeLog().filter((line) => /^(pin|test|switch|unpin|up)/.test(line))).toEqual([
    'test caddy',
    'switch caddy',
  ])
})

test('a database that is recreated needs no switch', async () => {
  const world = await upgraded()
  world.app = shop
  world.movedTags.set('postgres:16', '16.1')
  const kinds = (await world.plan()).steps.map(({ kind }) => kind)
  expect(kinds).toContain('recreate-services')
  expect(kinds).not.toContain('switch-traffic')
  expect(kinds).not.toContain('pin-names')
})

describe('the services behind Caddy are recreated, with the reason, when', () => {
  test.each([
    ['it looks up its upstreams on its own (`dynamic`)', 'v2.11.4\ndynamic'],
    ['version 2.6.2 with `admin off` cannot reload', 'v2.6.2\nadmin-off'],
    ['it is started with `--envfile`', 'v2.11.4\nenvfile'],
    ['dray cannot run its commands in it', 'sh: not found'],
  ])('%s', async (why, observed) => {
    const { steps } = await (await upgraded(observed)).plan()
    expect(steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
      `new image; not rolled: caddy is in front of it; ${why}`,
    )
    expect(steps.map(({ kind }) => kind)).not.toContain('switch-traffic')
  })

  test('its /etc/hosts is read-only', async () => {
    const world = await upgraded()
    const [running] = world.host.containers.all.filter(({ service }) => service === 'caddy')
    world.host.containers.change(running?.id ?? '', { isReadOnly: true })
    expect((await world.plan()).warnings).toContain(
      'api is briefly unavailable: caddy is in front of it; its /etc/hosts is read-only, so dray cannot give it addresses.',
    )
  })
})

test('with `admin off`, Caddy 2.11 reloads by a signal and is switched', async () => {
  const { steps } = await (await upgraded('v2.11.0\nadmin-off')).plan()
  expect(steps.map(({ kind }) => kind)).toContain('switch-traffic')
})
