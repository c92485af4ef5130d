import { expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

/** An app that publishes port 8000, started by dray without a front. */
async function worldOf(web: Partial<ServiceModel> = {}): Promise<FakeWorld> {
  const app = fakeApp([
    fakeService('web', { publishedPorts: ['8000'], ...web }),
    fakeService('db', { image: 'postgres:16' }),
  ])
  const world = new FakeWorld(app)
  world.files = {}
  await world.deploy()
  return world
}

const moved = (world: FakeWorld, tag: string): void => {
  world.app = withTag(world.app, tag)
}

test('moving in: the new container is healthy before the port changes hands', async () => {
  const world = await worldOf()
  world.front = {}
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    pull-image nginx:1.28-alpine for dray-front (not on the host)
    place-files docker-compose.yml dray-front/default.conf docker-compose.override.yml (3 of 3 files differ)
    start-beside web 1+1 (new image)
    wait-healthy web (before receiving traffic)
    recreate-services fresh dray-front=1 instead of web-1 (no container yet)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old web-1 (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, nginx:1.28-alpine=1 (before success is reported)
    left db (same image and configuration)
    ! Port 8000 moves from web to dray-front: new connections are refused for a moment."
  `)
})
test('a fixed name: a stand-in serves behind the new front', async () => {
  const world = await worldOf({ containerName: 'shop_web' })
  world.front = {}
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    pull-image nginx:1.28-alpine for dray-front (not on the host)
    place-files docker-compose.yml dray-front/default.conf docker-compose.override.yml (3 of 3 files differ)
    start-stand-in web as shop.web.stand-in shop_web (new image; through a stand-in: its container_name is shop_web)
    wait-healthy web (before receiving traffic)
    recreate-services fresh dray-front=1 instead of web-1 (no container yet)
    switch-traffic dray-front to web (containers of web change; dray-front/default.conf changed)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    recreate-services web=1 (served by its stand-in meanwhile)
    wait-healthy web (before receiving traffic)
    switch-traffic dray-front to web (back from the stand-in of web)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    stop-old shop.web.stand-in (the real container serves)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old shop.web.stand-in (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, nginx:1.28-alpine=1 (before success is reported)
    left db (same image and configuration)
    ! Port 8000 moves from web to dray-front: new connections are refused for a moment."
  `)
})
test('moved in: rolled behind the front', async () => {
  const world = await worldOf()
  world.front = {}
  await world.deploy()
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r3
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside web 1+1 (new image)
    wait-healthy web (before receiving traffic)
    switch-traffic dray-front to web (containers of web change)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    stop-old web-2 (replaced)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 3)
    remove-old web-2 (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, nginx:1.28-alpine=1 (before success is reported)
    left db (same image and configuration)
    left dray-front (same image and configuration)"
  `)
})
test('moving out', async () => {
  const world = await worldOf()
  world.front = {}
  await world.deploy()
  world.front = undefined
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r3
    place-files docker-compose.yml docker-compose.override.yml -dray-front/default.conf (2 of 2 files differ, 1 no longer part of the app)
    recreate-services web=1 instead of dray-front-1 (its configuration, .env or a mounted file changed; not rolled: it publishes port 8000)
    wait-healthy web (before receiving traffic)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 3)
    remove-old dray-front-1 (the new release is recorded)
    verify-release web:v1=1, postgres:16=1 (before success is reported)
    left db (same image and configuration)
    ! web is briefly unavailable: it publishes port 8000, and it is not forwarded to a stand-in: no root."
  `)
})
test('rolling back to before the front', async () => {
  const world = await worldOf()
  world.front = {}
  await world.deploy()
  expect(planToText(await world.planRollback())).toMatchInlineSnapshot(`
    "r3
    place-files docker-compose.yml docker-compose.override.yml -dray-front/default.conf (2 of 2 files differ, 1 no longer part of the app)
    recreate-services web=1 instead of dray-front-1 (its configuration, .env or a mounted file changed; not rolled: it publishes port 8000)
    wait-healthy web (before receiving traffic)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 2)
    remove-old dray-front-1 (the new release is recorded)
    verify-release web:v1=1, postgres:16=1 (before success is reported)
    left db (same image and configuration)
    ! web is briefly unavailable: it publishes port 8000, and it is not forwarded to a stand-in: no root."
  `)
})
test('a service with another protocol keeps its ports, and the plan says why', async () => {
  const world = await worldOf({ publishedPorts: ['8000', '53/udp'] })
  world.front = {}
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 2 files differ)
    recreate-services web=1 (new image; not rolled: it publishes port 8000, 53/udp)
    wait-healthy web (before receiving traffic)
    check-url http://localhost:8000/ below 500 (it answered before the deploy)
    record-release r2 (archived releases for rollback: 2)
    verify-release web:v2=1, postgres:16=1 (before success is reported)
    left db (same image and configuration)
    ! web is briefly unavailable: it publishes port 8000, 53/udp.
    ! web gets no front: it publishes 53 to 53/udp, and the front takes single TCP ports."
  `)
})

const domain = { domains: [{ name: 'app.example.com' }] }

test('a domain: a Caddy moves in, and its certificate is checked', async () => {
  const world = await worldOf()
  world.front = domain
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    pull-image caddy:2.11-alpine for dray-front (not on the host)
    place-files docker-compose.yml dray-front/Caddyfile docker-compose.override.yml (3 of 3 files differ)
    start-beside web 1+1 (new image)
    wait-healthy web (before receiving traffic)
    recreate-services fresh dray-front=1 instead of web-1 (no container yet)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    check-url https://app.example.com/ below 500 (with a certificate)
    record-release r2 (archived releases for rollback: 2)
    remove-old web-1 (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, caddy:2.11-alpine=1 (before success is reported)
    left db (same image and configuration)
    ! Port 8000 moves from web to dray-front: new connections are refused for a moment."
  `)
})
test('a domain: rolled without a reload of Caddy', async () => {
  const world = await worldOf()
  world.front = domain
  await world.deploy()
  moved(world, 'v2')
  const plan = await world.plan()
  expect(planToText(plan)).toMatchInlineSnapshot(`
    "r3
    pin-names dray-front: web (dray-front looks names up at every connection)
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside web 1+1 (new image)
    wait-healthy web (before receiving traffic)
    switch-traffic dray-front to web (containers of web change)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    stop-old web-2 (replaced)
    unpin-names dray-front (the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    check-url http://localhost:80/ below 500 (without the old containers)
    check-url https://app.example.com/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 3)
    remove-old web-2 (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, caddy:2.11-alpine=1 (before success is reported)
    left db (same image and configuration)
    left dray-front (same image and configuration)"
  `)
  const switches = plan.steps.filter(({ kind }) => kind === 'switch-traffic')
  expect(switches).toMatchObject([{ proxy: 'dray-front', proxyKind: 'caddy', withoutReload: true }])
  expect(plan.proxies).toMatchObject([{ kind: 'caddy', cause: 'dray adds it for app.example.com' }])
})
test('a domain without an address is warned of, unless its authority is one of your own', async () => {
  const world = await worldOf()
  world.host.addresses = []
  world.front = domain
  const warning =
    'app.example.com has no address, as seen from here, so that no certificate can be issued for it. Point its DNS record at srv.'
  expect((await world.plan()).warnings).toContain(warning)
  world.front = { ...domain, acme: { url: 'https://ca.test/' } }
  expect((await world.plan()).warnings).not.toContain(warning)
})
test('another domain: only the front reloads', async () => {
  const world = await worldOf()
  world.front = domain
  await world.deploy()
  world.front = { domains: [...domain.domains, { name: 'www.example.com' }] }
  const plan = await world.plan()
  expect(planToText(plan)).toMatchInlineSnapshot(`
    "r3
    place-files dray-front/Caddyfile (1 of 3 files differ)
    switch-traffic dray-front to (dray-front/Caddyfile changed)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    check-url http://localhost:80/ below 500 (it answered before the deploy)
    check-url https://app.example.com/ below 500 (it answered before the deploy)
    check-url https://www.example.com/ below 500 (it answered before the deploy)
    record-release r3 (archived releases for rollback: 3)
    verify-release web:v1=1, postgres:16=1, caddy:2.11-alpine=1 (before success is reported)
    left web (same image and configuration)
    left db (same image and configuration)
    left dray-front (same image and configuration)"
  `)
  expect(plan.steps.find(({ kind }) => kind === 'switch-traffic')).not.toHaveProperty('withoutReload')
})
test('from an nginx to a domain in one deploy', async () => {
  const world = await worldOf()
  world.front = {}
  await world.deploy()
  world.front = domain
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r3
    pin-names dray-front: web (dray-front looks names up at every connection)
    pull-image web:v2 for web (not on the host)
    pull-image caddy:2.11-alpine for dray-front (not on the host)
    place-files docker-compose.yml dray-front/Caddyfile docker-compose.override.yml -dray-front/default.conf (3 of 3 files differ, 1 no longer part of the app)
    start-beside web 1+1 (new image)
    wait-healthy web (before receiving traffic)
    recreate-services dray-front=1 (new image; not rolled: it publishes port 8000, 80, 443)
    switch-traffic dray-front to web (containers of web change; dray-front/Caddyfile, dray-front/default.conf changed)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    stop-old web-2 (replaced)
    unpin-names dray-front (the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    check-url https://app.example.com/ below 500 (with a certificate)
    record-release r3 (archived releases for rollback: 3)
    remove-old web-2 (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, caddy:2.11-alpine=1 (before success is reported)
    left db (same image and configuration)
    ! dray-front is briefly unavailable: it publishes port 8000, 80, 443."
  `)
})
test('a domain: moving out, and rolling back to it', async () => {
  const world = await worldOf()
  world.front = domain
  await world.deploy()
  world.front = undefined
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r3
    place-files docker-compose.yml docker-compose.override.yml -dray-front/Caddyfile (2 of 2 files differ, 1 no longer part of the app)
    recreate-services web=1 instead of dray-front-1 (its configuration, .env or a mounted file changed; not rolled: it publishes port 8000)
    wait-healthy web (before receiving traffic)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 3)
    remove-old dray-front-1 (the new release is recorded)
    verify-release web:v1=1, postgres:16=1 (before success is reported)
    left db (same image and configuration)
    ! web is briefly unavailable: it publishes port 8000, and it is not forwarded to a stand-in: no root."
  `)
  await world.deploy()
  expect(planToText(await world.planRollback())).toMatchInlineSnapshot(`
    "r4
    place-files docker-compose.yml dray-front/Caddyfile docker-compose.override.yml (3 of 3 files differ)
    start-beside web 1+1 (its configuration, .env or a mounted file changed)
    wait-healthy web (before receiving traffic)
    recreate-services fresh dray-front=1 instead of web-3 (no container yet)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    check-url https://app.example.com/ below 500 (with a certificate)
    record-release r4 (archived releases for rollback: 3)
    remove-old web-3 (the new release is recorded)
    verify-release web:v1=1, postgres:16=1, caddy:2.11-alpine=1 (before success is reported)
    left db (same image and configuration)
    ! Port 8000 moves from web to dray-front: new connections are refused for a moment."
  `)
})

test('moving in over an own nginx: its traffic is switched before the old containers stop', async () => {
  const app = fakeApp([
    fakeService('web', { publishedPorts: ['8000'], networks: ['default'] }),
    fakeService('api', { publishedPorts: ['9000'], networks: ['default'] }),
  ])
  const world = new FakeWorld(app)
  world.files = {}
  world.host.containers.commands.set('web', ['nginx', '-g', 'daemon off;'])
  await world.deploy()
  world.front = {}
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image web:v2 for web (not on the host)
    pull-image api:v2 for api (not on the host)
    pull-image nginx:1.28-alpine for dray-front (not on the host)
    place-files docker-compose.yml dray-front/default.conf docker-compose.override.yml (3 of 3 files differ)
    test-proxy web: nginx -t (before anything is started)
    start-beside web 1+1, api 1+1 (new image)
    wait-healthy web, api (before receiving traffic)
    switch-traffic web to api (containers of api change)
    recreate-services fresh dray-front=1 instead of web-1 instead of api-1 (no container yet)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    check-url http://localhost:8000/ below 500 (without the old containers)
    check-url http://localhost:9000/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old web-1 (the new release is recorded)
    remove-old api-1 (the new release is recorded)
    verify-release web:v2=1, api:v2=1, nginx:1.28-alpine=1 (before success is reported)
    ! Port 8000 moves from web to dray-front: new connections are refused for a moment.
    ! Port 9000 moves from api to dray-front: new connections are refused for a moment."
  `)
})
test('an own nginx with a fixed name behind the front gets a stand-in', async () => {
  const world = await worldOf({ containerName: 'shop_web' })
  world.front = {}
  await world.deploy()
  world.host.containers.commands.set('web', ['nginx', '-g', 'daemon off;'])
  moved(world, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r3
    pull-image web:v2 for web (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-stand-in web as shop.web.stand-in shop_web (new image; through a stand-in: its container_name is shop_web)
    wait-healthy web (before receiving traffic)
    switch-traffic dray-front to web (containers of web change)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    recreate-services web=1 (served by its stand-in meanwhile)
    wait-healthy web (before receiving traffic)
    switch-traffic dray-front to web (back from the stand-in of web)
    check-url http://localhost:8000/ below 500 (before the old containers are stopped)
    stop-old shop.web.stand-in (the real container serves)
    check-url http://localhost:8000/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 3)
    remove-old shop.web.stand-in (the new release is recorded)
    verify-release web:v2=1, postgres:16=1, nginx:1.28-alpine=1 (before success is reported)
    left db (same image and configuration)
    left dray-front (same image and configuration)"
  `)
})
