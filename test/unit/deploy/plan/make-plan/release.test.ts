import { expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const shop = fakeApp([fakeService('backend'), fakeService('frontend'), fakeProxy()])

/** A world where the app runs as release r1. */
async function deployed(app = shop): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  return world
}

test('a first release pulls all images, places the files and starts all services', async () => {
  expect(planToText(await new FakeWorld(shop).plan())).toMatchInlineSnapshot(`
    "r1
    pull-image backend:v1 for backend (not on the host)
    pull-image frontend:v1 for frontend (not on the host)
    pull-image nginx:alpine for nginx (not on the host)
    place-files docker-compose.yml docker-compose.override.yml nginx/conf.d/app.conf (first release by dray on this host)
    recreate-services fresh backend=1, frontend=1 (no container yet)
    wait-healthy backend, frontend (before receiving traffic)
    recreate-services fresh nginx=1 (no container yet)
    wait-healthy nginx (before receiving traffic)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r1 (archived releases for rollback: 1)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine=1 (before success is reported)"
  `)
})

test('a new tag rolls the own services and switches traffic before anything old is stopped', async () => {
  const world = await deployed()
  world.app = withTag(shop, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image backend:v2 for backend (not on the host)
    pull-image frontend:v2 for frontend (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    start-beside backend 1+1, frontend 1+1 (new image)
    wait-healthy backend, frontend (before receiving traffic)
    switch-traffic nginx to backend, frontend (containers of backend, frontend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-1 (replaced)
    stop-old frontend-1 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old backend-1 (the new release is recorded)
    remove-old frontend-1 (the new release is recorded)
    verify-release backend:v2=1, frontend:v2=1, nginx:alpine=1 (before success is reported)
    left nginx (same image and configuration)"
  `)
})

test('the same release again is no work at all', async () => {
  expect(planToText(await (await deployed()).plan())).toMatchInlineSnapshot(`
    "r1 unchanged
    left backend (same image and configuration)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('the same tag with another digest is a new image', async () => {
  const world = await deployed()
  world.movedTags.set('ghcr.io/acme/backend:v1', 'v1-again')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image backend:v1-again for backend (not on the host)
    place-files docker-compose.override.yml (1 of 3 files differ)
    start-beside backend 1+1 (new image)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-1 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old backend-1 (the new release is recorded)
    verify-release backend:v1-again=1, frontend:v1=1, nginx:alpine=1 (before success is reported)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a moved third-party tag recreates that service alone, and warns of the downtime', async () => {
  const world = await deployed()
  world.movedTags.set('nginx:alpine', 'alpine-2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image nginx:alpine-2 for nginx (not on the host)
    place-files docker-compose.override.yml (1 of 3 files differ)
    test-proxy nginx: nginx -t (before anything is started)
    recreate-services nginx=1 (new image; not rolled: it publishes port 80)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine-2=1 (before success is reported)
    left backend (same image and configuration)
    left frontend (same image and configuration)
    ! nginx is briefly unavailable: it publishes port 80."
  `)
})

test('another value in an env file changes the definition of its service, which is rolled', async () => {
  const world = await deployed()
  world.app = withService(shop, 'backend', { definitionHash: 'with the new value' })
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files docker-compose.yml (1 of 3 files differ)
    start-beside backend 1+1 (its configuration, .env or a mounted file changed)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-1 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old backend-1 (the new release is recorded)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine=1 (before success is reported)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a service that is added starts; those that are there are left', async () => {
  const world = await deployed()
  world.app = fakeApp([...shop.services, fakeService('worker')])
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image worker:v1 for worker (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    recreate-services fresh worker=1 (no container yet)
    wait-healthy worker (before receiving traffic)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine=1, worker:v1=1 (before success is reported)
    left backend (same image and configuration)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a service that is gone from the compose file is stopped last', async () => {
  const world = await deployed()
  world.app = fakeApp(shop.services.filter((it) => it.name !== 'frontend'))
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old frontend-1 (no longer in the compose file)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old frontend-1 (the new release is recorded)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('more replicas start only what is missing', async () => {
  const world = await deployed()
  world.app = withService(shop, 'backend', { replicas: 3 })
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files docker-compose.yml (1 of 3 files differ)
    start-beside backend 1+2 (1 of 3 replicas running)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=3, frontend:v1=1, nginx:alpine=1 (before success is reported)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('fewer replicas stop the surplus, after the proxy was turned away from it', async () => {
  const world = await deployed(withService(shop, 'backend', { replicas: 3 }))
  world.app = shop
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files docker-compose.yml (1 of 3 files differ)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-2, backend-3 (2 above the number of replicas)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old backend-2, backend-3 (the new release is recorded)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (2 above the number of replicas)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a container that died is replaced, and the proxy learns its address', async () => {
  const world = await deployed()
  world.host.containers.change('backend-1', { state: 'exited', exitCode: 1 })
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    recreate-services fresh backend=1 (its container is exited)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 -r1 (archived releases for rollback: 1)
    verify-release backend:v1=1, frontend:v1=1, nginx:alpine=1 (before success is reported)
    left frontend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('images that run already under the same digest are not pulled', async () => {
  const world = await deployed()
  world.host.containers.remove('frontend-1')
  expect((await world.plan()).steps.map((step) => step.kind)).not.toContain('pull-image')
})
