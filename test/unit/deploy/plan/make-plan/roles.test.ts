import { expect, test } from 'vitest'
import type { AppModel } from '../../../../../src/deploy/model/app-model.ts'
import type { Task } from '../../../../../src/deploy/model/observation.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const migrate: Task = { name: 'migrate', serviceCandidates: ['worker'], argv: ['migrate'], when: 'before' }
const app = fakeApp([
  fakeService('backend'),
  fakeProxy(),
  fakeService('worker', { dependsOn: [{ service: 'backend', condition: 'service_healthy' }] }),
])

/** Hosts `a` and `b` with the web services, and `w` with the worker. */
function fleet(of: AppModel = app): FakeWorld {
  const world = new FakeWorld(of, ['a', 'b', 'w'])
  world.hosts.forEach((host) => {
    host.services = host.name === 'w' ? ['worker'] : ['nginx', 'backend']
  })
  world.desired = { ...world.desired, tasks: [migrate], rolling: { hosts: 2 } }
  return world
}

test('each host gets the services of its role, and a task runs where its service does', async () => {
  const world = fleet()
  await world.deploy()
  expect(world.hosts.map((host) => host.running)).toEqual([
    'backend:v1#backend-1, nginx:alpine#nginx-1',
    'backend:v1#backend-1, nginx:alpine#nginx-1',
    'worker:v1#worker-1',
  ])
  expect(
    world.hosts.map(({ releases }) => [Object.keys(releases[0]!.services), releases[0]!.elsewhere]),
  ).toEqual([
    [['backend', 'nginx'], ['worker']],
    [['backend', 'nginx'], ['worker']],
    [['worker'], ['backend', 'nginx']],
  ])
  expect(await world.plan()).toMatchObject({ unchanged: true })
  world.app = withTag(app, 'v2')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    prepare a: pull-image backend:v2 for backend (not on the host)
    prepare a: place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    prepare b: pull-image backend:v2 for backend (not on the host)
    prepare b: place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    prepare w: pull-image worker:v2 for worker (not on the host)
    prepare w: place-files docker-compose.yml docker-compose.override.yml (2 of 3 files differ)
    w: run-task migrate: worker migrate (with the new image, before traffic switches)
    traffic1 a: start-beside backend 1+1 (new image)
    traffic1 a: wait-healthy backend (before receiving traffic)
    traffic1 a: switch-traffic nginx to backend (containers of backend change)
    traffic1 a: check-url http://localhost:80/ below 500 (before the old containers are stopped)
    traffic1 b: start-beside backend 1+1 (new image)
    traffic1 b: wait-healthy backend (before receiving traffic)
    traffic1 b: switch-traffic nginx to backend (containers of backend change)
    traffic1 b: check-url http://localhost:80/ below 500 (before the old containers are stopped)
    traffic2 w: start-beside worker 1+1 (new image)
    traffic2 w: wait-healthy worker (before receiving traffic)
    stop a: stop-old backend-1 (replaced)
    stop a: check-url http://localhost:80/ below 500 (without the old containers)
    stop b: stop-old backend-1 (replaced)
    stop b: check-url http://localhost:80/ below 500 (without the old containers)
    stop w: stop-old worker-1 (replaced)
    check a: check-containers (before the release is recorded on any host)
    check b: check-containers (before the release is recorded on any host)
    check w: check-containers (before the release is recorded on any host)
    record a: record-release r2 (archived releases for rollback: 2)
    record b: record-release r2 (archived releases for rollback: 2)
    record w: record-release r2 (archived releases for rollback: 2)
    clean a: remove-old backend-1 (the new release is recorded)
    clean a: verify-release backend:v2=1, nginx:alpine=1 (before success is reported)
    clean b: remove-old backend-1 (the new release is recorded)
    clean b: verify-release backend:v2=1, nginx:alpine=1 (before success is reported)
    clean w: remove-old worker-1 (the new release is recorded)
    clean w: verify-release worker:v2=1 (before success is reported)
    left nginx (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a service that moves to another host leaves the one that it was on', async () => {
  const world = fleet()
  await world.deploy()
  world.hosts[1]!.services = ['nginx', 'backend', 'worker']
  world.hosts[2]!.services = ['backend']
  const plan = await world.plan()
  const stops = plan.steps.flatMap((it) =>
    it.kind === 'stop-old' ? [`${it.host} ${it.service}: ${it.cause}`] : [],
  )
  expect(stops).toEqual(['w worker: it runs on other hosts'])
  await world.deploy()
  expect(world.hosts.slice(1).map((host) => host.running)).toEqual([
    'backend:v1#backend-1, nginx:alpine#nginx-1, worker:v1#worker-1',
    'backend:v1#backend-1',
  ])
})

test('a service of no host is named', async () => {
  const world = fleet()
  for (const host of world.hosts) host.services = ['backend']
  world.desired = { ...world.desired, tasks: [], placed: ['backend'] }
  expect((await world.plan()).warnings).toContain(
    'nginx, worker run on no host: `hosts` in dray.yml has no entry with them.',
  )
})

/** Hosts `a` with the web services, and `d` with nothing but a database. */
function withDatabase(): FakeWorld {
  const world = new FakeWorld(
    withTag(
      fakeApp([fakeService('backend'), fakeService('db', { image: 'postgres:16' }), fakeProxy()]),
      'v2',
    ),
    ['a', 'd'],
  )
  world.hosts[0]!.services = ['nginx', 'backend']
  world.hosts[1]!.services = ['db']
  const placed = ['nginx', 'backend', 'db']
  world.desired = { ...world.desired, tag: 'v2', ownRepositories: ['ghcr.io/acme/'], placed }
  return world
}

test('a host without an image of the app has no tag to run, and no built image to expect', async () => {
  const world = withDatabase()
  const [built] = (await world.plan()).images.filter(({ service }) => service === 'backend')
  const expected = [{ repository: 'ghcr.io/acme/backend', digest: built!.digest as `sha256:${string}` }]
  world.desired = { ...world.desired, expected }
  await world.deploy()
  expect(world.hosts.map((host) => host.running)).toEqual([
    'backend:v2#backend-1, nginx:alpine#nginx-1',
    'postgres:16#db-1',
  ])
})

test('a tag or an image that no host runs is refused, unless a host that is left out may run it', async () => {
  const world = withDatabase()
  world.desired = { ...world.desired, tag: 'v3' }
  expect(await world.failure()).toMatchObject({ code: 'TAG_UNUSED' })
  const unused = { repository: 'ghcr.io/acme/other', digest: `sha256:${'0'.repeat(64)}` as const }
  world.desired = { ...world.desired, tag: 'v2', expected: [unused] }
  expect(await world.failure()).toMatchObject({ code: 'IMAGE_UNUSED' })
  const [, d] = world.hosts
  world.request = {
    hosts: [d!],
    resolveDesired: async () => ({
      desired: { ...world.desired, leftOut: ['a'] },
      sites: world.sites.slice(1),
    }),
  }
  expect(await world.plan()).toMatchObject({ unchanged: false, leftOut: ['a'] })
})

test('a proxy outside that runs on no host is refused, and one host is enough', async () => {
  const world = withDatabase()
  await world.deploy()
  world.desired = { ...world.desired, proxyContainers: ['gateway'] }
  expect(await world.failure()).toMatchObject({
    code: 'PROXY_UNKNOWN',
    message: expect.stringMatching(/^Container gateway .* on a or d\.$/) as string,
  })
})

test('a deploy is refused that would leave out the only host of a task', async () => {
  const world = fleet()
  const [a, b] = world.hosts
  world.request = {
    hosts: [a!, b!],
    resolveDesired: async () => ({
      desired: { ...world.desired, leftOut: ['w'] },
      sites: world.sites.slice(0, 2),
    }),
  }
  expect(await world.failure()).toMatchObject({
    code: 'TASK_NO_HOST',
    message: 'Task migrate needs a host with worker, which a, b do not run; w is left out.',
    exitCode: 3,
  })
  expect(world.hosts.map((host) => host.running)).toEqual(['', '', ''])
})

test('the URL of the app is asked where a service uses the network of its host, and a URL that no host asks is named', async () => {
  const probeUrl = 'http://localhost:8000/health'
  const world = new FakeWorld(fakeApp([fakeService('api', { networkMode: 'host' }), fakeService('worker')]), [
    'a',
    'w',
  ])
  world.hosts[0]!.services = ['api']
  world.hosts[1]!.services = ['worker']
  world.desired = { ...world.desired, probeUrl, placed: ['api', 'worker'] }
  const plan = await world.plan()
  const asked = plan.steps.flatMap((it) => (it.kind === 'check-url' ? [[it.host, it.url]] : []))
  expect(asked).toEqual([['a', probeUrl]])
  world.app = fakeApp([fakeService('api'), fakeService('worker')])
  expect((await world.plan()).warnings).toContain(
    `No host asks ${probeUrl} (\`probe\` in dray.yml): no service of a, w publishes a port or is behind a proxy that dray sees there.`,
  )
})

test('a role with an unknown service is refused', async () => {
  const world = fleet()
  world.hosts[2]!.services = ['werker']
  expect(await world.failure(() => world.plan())).toMatchObject({
    code: 'SERVICE_UNKNOWN',
    message: 'Service werker (`hosts` in dray.yml, of w) is not in the compose file.',
    hint: 'Its services: backend, nginx, worker.',
  })
})

test('a service that needs the container of another host is refused', async () => {
  const world = fleet(
    fakeApp([
      fakeService('vpn'),
      fakeService('worker', { boundTo: [{ service: 'vpn', key: 'network_mode' }] }),
    ]),
  )
  for (const host of world.hosts) host.services = [host.name === 'w' ? 'worker' : 'vpn']
  expect(await world.failure(() => world.plan())).toMatchObject({
    code: 'SERVICES_APART',
    message: 'worker runs on w and needs a container of vpn there (network_mode), which runs on other hosts.',
  })
})

test('a task does not run again for a host that catches up', async () => {
  const world = new FakeWorld(app, ['a', 'b'])
  world.desired = { ...world.desired, tasks: [migrate] }
  await world.deploy()
  world.app = withTag(app, 'v2')
  const [a] = world.hosts
  world.request = {
    hosts: [a!],
    resolveDesired: async () => ({ desired: world.desired, sites: world.sites.slice(0, 1) }),
  }
  expect((await world.deploy()).steps.map(({ kind }) => kind)).toContain('run-task')
  world.request = {}
  const plan = await world.deploy()
  expect(plan.steps.map(({ kind }) => kind)).not.toContain('run-task')
  expect(new Set(plan.steps.flatMap((it) => (it.kind === 'start-beside' ? [it.host] : [])))).toEqual(
    new Set(['b']),
  )
  for (const host of world.hosts) expect(host.running).toContain('backend:v2')
})
