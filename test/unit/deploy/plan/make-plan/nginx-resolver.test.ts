import { expect, test } from 'vitest'
import type { AppModel } from '../../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const dumped = (app: string): string =>
  `# configuration file /etc/nginx/nginx.conf:\nhttp { include mime.types; include conf.d/*.conf; }
# configuration file /etc/nginx/conf.d/app.conf:\n${app}\n`
const asking = dumped(
  'server { resolver 127.0.0.11; location / { set $to http://api:8000; proxy_pass $to; } }',
)
const proxy = { ...fakeProxy({ dependsOn: [] }), name: 'web' }
const shop = fakeApp([fakeService('api'), proxy])

/** A world where release r1 runs behind an nginx of this configuration, and v2 is wanted. */
async function upgraded(app: AppModel = shop, configuration = asking): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  world.host.nginx = configuration
  world.host.containers.commands.set('web', ['nginx'])
  await world.deploy()
  world.takeLog()
  world.app = withTag(app, 'v2')
  return world
}

const actions = (world: FakeWorld): string[] =>
  world
    .takeLog()
    .filter((line) => /^(pin|place|up|stand|turn|stop|unpin|reload|restore|remove|record)/.test(line))

test('names are pinned before files are placed, and looked up again when nothing old runs', async () => {
  const world = await upgraded()
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pin-names web: api (web looks names up while it runs (\`resolver\`))
    pull-image api:v2 for api (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside api 1+1 (new image)
    wait-healthy api (before receiving traffic)
    switch-traffic web to api (containers of api change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old api-1 (replaced)
    unpin-names web (the old containers are stopped)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old api-1 (the new release is recorded)
    verify-release api:v2=1, nginx:alpine=1 (before success is reported)
    left web (same image and configuration)"
  `)
  await world.deploy()
  expect(actions(world)).toMatchInlineSnapshot(`
    [
      "pin web to api-1",
      "turn web to what is pinned",
      "place docker-compose.yml docker-compose.override.yml",
      "up beside api=2",
      "pin web to api-2",
      "turn web to what is pinned",
      "stop api-1",
      "unpin web",
      "reload web",
      "record r2",
      "remove api-1",
    ]
  `)
})

test('a named service keeps its requests on the old container, then on its stand-in, then on the real one', async () => {
  const named = fakeApp([fakeService('api', { containerName: 'shop_api' }), proxy])
  const world = await upgraded(named)
  await world.deploy()
  expect(actions(world)).toMatchInlineSnapshot(`
    [
      "pin web to api-1",
      "turn web to what is pinned",
      "place docker-compose.yml docker-compose.override.yml",
      "stand-in shop.api.stand-in",
      "pin web to api-2",
      "turn web to what is pinned",
      "up force-recreate api=1",
      "pin web to api-3",
      "turn web to what is pinned",
      "stop shop.api.stand-in",
      "unpin web",
      "reload web",
      "record r2",
      "remove shop.api.stand-in",
    ]
  `)
})

test('a failed deploy switches back, and names are looked up again when the new containers are gone', async () => {
  const world = await upgraded()
  world.host.answer = () => ({ status: 502 })
  expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED' })
  const log = actions(world)
  expect(log.slice(log.indexOf('restore'))).toMatchInlineSnapshot(`
    [
      "restore",
      "pin web to api-1",
      "turn web to what is pinned",
      "stop api-2",
      "remove api-2",
      "unpin web",
      "reload web",
    ]
  `)
})

test('nothing is pinned where every name is looked up when nginx starts', async () => {
  const world = await upgraded(shop, dumped('server { location / { proxy_pass http://api:8000; } }'))
  expect((await world.plan()).steps.map(({ kind }) => kind)).not.toContain('pin-names')
})

test('without a file to extend, the services behind it are recreated, and nginx reloads', async () => {
  const world = await upgraded()
  world.host.pinFile = undefined
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image api:v2 for api (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    recreate-services api=1 (new image; not rolled: nginx is in front of it; it looks names up while it runs (\`resolver\`), and dray can extend no file of its configuration)
    wait-healthy api (before receiving traffic)
    switch-traffic web (reload) to api (containers of api change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release api:v2=1, nginx:alpine=1 (before success is reported)
    left web (same image and configuration)
    ! api is briefly unavailable: nginx is in front of it; it looks names up while it runs (\`resolver\`), and dray can extend no file of its configuration."
  `)
})

test('servers that nginx looks up on its own are recreated', async () => {
  const world = await upgraded(
    shop,
    dumped('upstream a { zone a 64k; resolver 127.0.0.11; server api:8000 resolve; }'),
  )
  const { steps } = await world.plan()
  expect(steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
    'new image; not rolled: nginx is in front of it; it looks up its servers on its own (`resolve`)',
  )
})
