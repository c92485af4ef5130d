import { expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { pinned } from '../../../../support/fake-host.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])

async function deployed(): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  await world.deploy()
  return world
}

test('a container that a killed deploy started beside the release is stopped, nothing else', async () => {
  const world = await deployed()
  world.host.containers.create(withTag(shop, 'v2'), 'backend', pinned('backend', 'v2'))
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-2 (1 left over from an earlier deploy)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 -r1 (archived releases for rollback: 1)
    remove-old backend-2 (the new release is recorded)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (1 left over from an earlier deploy)
    left nginx (same image and configuration)"
  `)
})

test('an old container that a killed deploy had stopped is taken away', async () => {
  const world = await deployed()
  const old = world.host.containers.create(withTag(shop, 'v0'), 'backend', pinned('backend', 'v0'))
  world.host.containers.change(old.id, { state: 'exited', exitCode: 0 })
  expect(planToText(await world.plan())).toContain('stop-old backend-2 (1 left over from an earlier deploy)')
  await world.deploy()
  expect(world.host.containers.all.map(({ id }) => id)).toEqual(['backend-1', 'nginx-1'])
})

test('the release that a killed deploy had begun replaces the old containers and those it left', async () => {
  const world = await deployed()
  world.app = withTag(shop, 'v2')
  world.host.containers.create(world.app, 'backend', pinned('backend', 'v2'))
  const { steps } = await world.plan()
  expect(steps).toContainEqual(
    expect.objectContaining({
      kind: 'start-beside',
      services: [{ service: 'backend', add: 1, running: 2, discard: [] }],
    }),
  )
  expect(steps).toContainEqual(
    expect.objectContaining({ kind: 'stop-old', containers: ['backend-1', 'backend-2'] }),
  )
})

test('a container of the same release with other settings is removed', async () => {
  const world = await deployed()
  const stranger = world.host.containers.create(shop, 'backend', pinned('backend', 'v1'))
  world.host.containers.change(stranger.id, { configHash: 'by hand' })
  expect(planToText(await world.plan())).toContain('stop-old backend-2 (1 left over from an earlier deploy)')
})

test('dead containers are taken away before new ones are counted', async () => {
  const world = await deployed()
  const dead = world.host.containers.create(shop, 'backend', pinned('backend', 'v1'))
  world.host.containers.change(dead.id, { state: 'exited' })
  world.app = withTag(shop, 'v2')
  expect(planToText(await world.plan())).toContain('start-beside backend 1+1 -backend-2 (new image)')
})

test('one-off containers do not count', async () => {
  const world = await deployed()
  const task = world.host.containers.create(shop, 'backend', pinned('backend', 'v1'))
  world.host.containers.change(task.id, { oneOff: true })
  expect(await world.plan()).toMatchObject({ unchanged: true })
})

test('an app that was started by hand is rolled, from whatever tag it has', async () => {
  const world = new FakeWorld(shop)
  world.host.containers.create(shop, 'backend', 'ghcr.io/acme/backend:v1')
  world.host.containers.create(shop, 'nginx', 'nginx:alpine')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r1
    pull-image backend:v1 for backend (not on the host)
    pull-image nginx:alpine for nginx (not on the host)
    place-files docker-compose.yml docker-compose.override.yml nginx/conf.d/app.conf (first release by dray on this host)
    test-proxy nginx: nginx -t (before anything is started)
    start-beside backend 1+1 (first release by dray; image pinned by digest)
    wait-healthy backend (before receiving traffic)
    recreate-services nginx=1 (first release by dray; image pinned by digest; not rolled: it publishes port 80)
    switch-traffic nginx to backend (containers of backend change; nginx/conf.d/app.conf changed)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-1 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r1 (archived releases for rollback: 1)
    remove-old backend-1 (the new release is recorded)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    ! nginx is briefly unavailable: it publishes port 80."
  `)
})

test('a release id is never used twice, not even one of a deploy that failed', async () => {
  const world = await deployed()
  world.host.journal.push({ version: 1, at: 0, release: 'r9', event: 'deploy.started' })
  world.app = withTag(shop, 'v2')
  expect(await world.plan()).toMatchObject({ release: 'r10' })
})

test('a plan takes no lock and does nothing to the host', async () => {
  const world = await deployed()
  world.takeLog()
  world.app = withTag(shop, 'v2')
  world.host.holder = { user: 'somebody', machine: 'else', sinceMs: 0 }
  await world.plan()
  expect(world.takeLog()).toEqual([])
})

test('a one-shot service that ended well is not run again because something else changed', async () => {
  const once = { service: 's1', condition: 'service_completed_successfully' as const }
  const world = new FakeWorld(fakeApp([fakeService('s1'), fakeService('s2', { dependsOn: [once] })]))
  await world.deploy()
  world.host.files.set('docker-compose.yml', 'edited by hand')
  await world.deploy()
  expect(await world.plan()).toMatchObject({ unchanged: true })
})
