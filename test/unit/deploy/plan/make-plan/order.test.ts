import { expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import type { Task } from '../../../../../src/deploy/model/observation.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const migrate: Task = {
  name: 'migrate',
  serviceCandidates: ['backend', 'app'],
  argv: ['npm', 'run', 'migrate'],
  when: 'before',
}
const sync: Task = { ...migrate, name: 'sync', argv: ['sync'], when: 'after' }
const db = fakeService('db', { image: 'postgres:16', volumes: [{ name: 'data', target: '/data' }] })

const needing = (service: string, condition: ServiceModel['dependsOn'][number]['condition']) => ({
  dependsOn: [{ service, condition }],
})

/** The steps of a first release that start, run or wait. */
async function startsOf(services: readonly ServiceModel[], tasks: readonly Task[] = []): Promise<string[]> {
  const world = new FakeWorld(fakeApp(services))
  world.desired = { ...world.desired, tasks }
  return starts(planToText(await world.plan()))
}

const starts = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/^traffic\d /, ''))
    .filter((line) => /(^|: )(recreate|start|wait|run|switch|check)-(?!containers)/.test(line))
    .map((line) => line.replace(/ \([^)]*\)$/, ''))

test('services that need each other only started begin together', async () => {
  expect(await startsOf([fakeService('a', needing('b', 'service_started')), fakeService('b')])).toEqual([
    'recreate-services fresh a=1, b=1',
    'wait-healthy a, b',
  ])
})

test('a service that needs another one healthy waits for it', async () => {
  expect(await startsOf([fakeService('a', needing('b', 'service_healthy')), fakeService('b')])).toEqual([
    'recreate-services fresh b=1',
    'wait-healthy b',
    'recreate-services fresh a=1',
    'wait-healthy a',
  ])
})

test('a started dependency waits for its own healthy dependency', async () => {
  const [a, b, c] = [
    fakeService('a', needing('b', 'service_started')),
    fakeService('b', needing('c', 'service_healthy')),
    fakeService('c'),
  ]
  expect(await startsOf([a, b, c])).toEqual([
    'recreate-services fresh c=1',
    'wait-healthy c',
    'recreate-services fresh a=1, b=1',
    'wait-healthy a, b',
  ])
})

test('a service whose end is waited for runs to its end first', async () => {
  const seed = fakeService('seed', { restarts: false })
  expect(await startsOf([fakeService('a', needing('seed', 'service_completed_successfully')), seed])).toEqual(
    ['run-once seed', 'recreate-services fresh a=1', 'wait-healthy a'],
  )
})

test('a one-shot service that ended well under this release is not run again', async () => {
  const seed = fakeService('seed', { restarts: false })
  const world = new FakeWorld(
    fakeApp([fakeService('a', needing('seed', 'service_completed_successfully')), seed]),
  )
  await world.deploy()
  expect(await world.plan()).toMatchObject({ unchanged: true })
})

test('the proxy starts last, when all names resolve', async () => {
  const steps = await startsOf([fakeProxy({ dependsOn: [] }), fakeService('backend')])
  expect(steps).toEqual([
    'recreate-services fresh backend=1',
    'wait-healthy backend',
    'recreate-services fresh nginx=1',
    'wait-healthy nginx',
    'check-url http://localhost:80/ below 500',
  ])
})

test('migrate runs after the dependencies of its service and before the service', async () => {
  expect(await startsOf([fakeService('backend', needing('db', 'service_started')), db], [migrate])).toEqual([
    'recreate-services fresh db=1',
    'wait-healthy db',
    'run-task migrate: backend npm run migrate',
    'recreate-services fresh backend=1',
    'wait-healthy backend',
  ])
})

test('migrate runs before traffic switches, sync after it, and old containers stop after both', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]))
  world.desired = { ...world.desired, tasks: [sync, migrate] }
  await world.deploy()
  world.app = withTag(world.app, 'v2')
  const kinds = (await world.plan()).steps.map((step) => (step.kind === 'run-task' ? step.task : step.kind))
  expect(kinds).toEqual([
    'pull-image',
    'place-files',
    'migrate',
    'start-beside',
    'wait-healthy',
    'switch-traffic',
    'check-url',
    'sync',
    'stop-old',
    'check-url',
    'record-release',
    'remove-old',
    'verify-release',
  ])
})

test('the first service that the compose file has is the one that a task runs in', async () => {
  const steps = await startsOf([fakeService('app')], [migrate])
  expect(steps).toContain('run-task migrate: app npm run migrate')
})

test('tasks of a service that does not change are not run', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend'), fakeService('frontend')]))
  world.desired = { ...world.desired, tasks: [migrate, sync] }
  await world.deploy()
  world.movedTags.set('ghcr.io/acme/frontend:v1', 'v2')
  expect((await world.plan()).steps.map(({ kind }) => kind)).not.toContain('run-task')
})

test('on several hosts everything is prepared everywhere first, tasks run once, and hosts are recorded together', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]), ['a', 'b'])
  world.desired = { ...world.desired, tasks: [migrate, sync] }
  await world.deploy()
  world.app = withTag(world.app, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    prepare a: pull-image backend:v2 for backend (not on the host)
    prepare a: place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    prepare b: pull-image backend:v2 for backend (not on the host)
    prepare b: place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    a: run-task migrate: backend npm run migrate (with the new image, before traffic switches)
    traffic1 a: start-beside backend 1+1 (new image)
    traffic1 a: wait-healthy backend (before receiving traffic)
    traffic1 a: switch-traffic nginx to backend (containers of backend change)
    traffic1 a: check-url http://localhost:80/ below 500 (before the old containers are stopped)
    traffic2 b: start-beside backend 1+1 (new image)
    traffic2 b: wait-healthy backend (before receiving traffic)
    traffic2 b: switch-traffic nginx to backend (containers of backend change)
    traffic2 b: check-url http://localhost:80/ below 500 (before the old containers are stopped)
    a: run-task sync: backend sync (after traffic switches)
    stop a: stop-old backend-1 (replaced)
    stop a: check-url http://localhost:80/ below 500 (without the old containers)
    stop b: stop-old backend-1 (replaced)
    stop b: check-url http://localhost:80/ below 500 (without the old containers)
    check a: check-containers (before the release is recorded on any host)
    check b: check-containers (before the release is recorded on any host)
    record a: record-release r2 (archived releases for rollback: 2)
    record b: record-release r2 (archived releases for rollback: 2)
    clean a: remove-old backend-1 (the new release is recorded)
    clean a: verify-release backend:v2=1, nginx:alpine=1 (before success is reported)
    clean b: remove-old backend-1 (the new release is recorded)
    clean b: verify-release backend:v2=1, nginx:alpine=1 (before success is reported)
    left nginx (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('starts the dependencies of a task on every host, and runs the task on one', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend', needing('db', 'service_started')), db]), [
    'a',
    'b',
  ])
  world.desired = { ...world.desired, tasks: [migrate] }
  expect(starts(planToText(await world.plan()))).toEqual([
    'a: recreate-services fresh db=1',
    'a: wait-healthy db',
    'a: run-task migrate: backend npm run migrate',
    'a: recreate-services fresh backend=1',
    'a: wait-healthy backend',
    'b: recreate-services fresh backend=1, db=1',
    'b: wait-healthy backend, db',
  ])
})

test('an ended one-shot service need not run at the end', async () => {
  const seed = fakeService('seed')
  const world = new FakeWorld(
    fakeApp([fakeService('a', needing('seed', 'service_completed_successfully')), seed]),
  )
  await world.deploy()
  world.movedTags.set('ghcr.io/acme/a:v1', 'v2')
  await world.deploy()
  expect(world.host.running).toBe('a:v2#a-2')
})

test('of many services as many start at a time as the host has CPUs for, two on each', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const ported = { publishedPorts: ['81'] }
  const services = names.map((name) => fakeService(name, name === 'b' ? { replicas: 3 } : {}))
  const app = fakeApp([
    ...services,
    fakeService('g', ported),
    fakeService('h', { containerName: 'h' }),
    fakeProxy(),
  ])
  const world = new FakeWorld(app)
  world.host.cpus = 2
  expect(starts(planToText(await world.plan()))[0]).toBe(
    'recreate-services fresh a=1, b=3, c=1, d=1, e=1, f=1, g=1, h=1',
  )
  await world.deploy()
  world.app = withTag(app, 'v2')
  expect(starts(planToText(await world.plan())).filter((line) => !line.startsWith('check')))
    .toMatchInlineSnapshot(`
    [
      "start-beside a 1+1, b 3+3",
      "start-beside c 1+1, d 1+1, e 1+1, f 1+1",
      "wait-healthy a, b",
      "start-stand-in g as shop.g.stand-in, h as shop.h.stand-in h",
      "wait-healthy c, d, e, f",
      "wait-healthy g, h",
      "switch-traffic nginx to a, b, c, d, e, f, g, h",
      "recreate-services g=1, h=1",
      "wait-healthy g, h",
      "switch-traffic nginx to a, b, c, d, e, f, g, h",
    ]
  `)
})

test('a service that is stopped first is not started before those that were started beside are healthy', async () => {
  const beside = ['a', 'b', 'c', 'd'].map((name) => fakeService(name))
  const app = fakeApp([
    ...beside,
    fakeService('x', { fixedAddress: true }),
    fakeService('y', needing('x', 'service_started')),
  ])
  const world = new FakeWorld(app)
  world.host.cpus = 2
  await world.deploy()
  world.app = withTag(app, 'v2')
  expect(starts(planToText(await world.plan()))).toEqual([
    'start-beside a 1+1, b 1+1, c 1+1, d 1+1',
    'wait-healthy a, b, c, d',
    'start-beside y 1+1',
    'recreate-services x=1',
    'wait-healthy x, y',
  ])
})

/** The steps that replace v1 by v2 and an image of postgres by a newer one. */
async function replacementsOf(services: readonly ServiceModel[]): Promise<string[]> {
  const world = new FakeWorld(fakeApp(services))
  await world.deploy()
  world.app = withTag(world.app, 'v2')
  world.movedTags.set('postgres:16', '16.1')
  return starts(planToText(await world.plan()))
}

test('what is stopped first is started when all others are healthy', async () => {
  const sidecar = fakeService('sidecar', { networkMode: 'service:vpn', ...needing('vpn', 'service_started') })
  const vpn = fakeService('vpn', { networkMode: 'host' })
  expect(await replacementsOf([sidecar, vpn, db, fakeService('backend')])).toEqual([
    'start-beside backend 1+1',
    'wait-healthy backend',
    'recreate-services sidecar=1, vpn=1, db=1',
    'wait-healthy sidecar, vpn, db',
  ])
})

test('unless one of them needs it', async () => {
  const backend = fakeService('backend', needing('db', 'service_healthy'))
  expect(await replacementsOf([db, backend])).toEqual([
    'recreate-services db=1',
    'wait-healthy db',
    'start-beside backend 1+1',
    'wait-healthy backend',
  ])
})
