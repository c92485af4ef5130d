import { expect, test, vi } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { journalLines, shop, shopAtV1 } from '../../../support/shop-world.ts'

test('more replicas of the same image: what is missing starts, no task runs, and the proxy gets all of them', async () => {
  const world = await shopAtV1()
  const migrate = { name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'] } as const
  world.desired = {
    ...world.desired,
    tasks: [
      { ...migrate, when: 'before' },
      { ...migrate, name: 'warm', when: 'after' },
    ],
  }
  world.app = withService(shop, 'backend', { replicas: 3 })
  await world.deploy()
  const log = world.takeLog()
  expect(log).toContain('up beside backend=3')
  expect(log).toContain('turn nginx to backend-1, backend-2, backend-3')
  expect(log.filter((line) => /^(task|stop|remove|drain)/.test(line))).toEqual([])
  expect(world.host.containers.running.map(({ id }) => id).sort()).toEqual([
    'backend-1',
    'backend-2',
    'backend-3',
    'nginx-1',
  ])
  expect((await world.plan()).unchanged).toBe(true)
  world.host.containers.remove('backend-2')
  await world.deploy()
  expect(world.takeLog()).toContain('turn nginx to backend-1, backend-3, backend-4')
})

test('a deploy executes the plan in its order', async () => {
  const world = await shopAtV1()
  await world.deploy()
  expect(world.takeLog()).toMatchInlineSnapshot(`
    [
      "place docker-compose.yml docker-compose.override.yml",
      "pull backend:v2",
      "tag backend:v2",
      "up beside backend=2",
      "turn nginx to backend-2",
      "stop backend-1",
      "record r2",
      "remove backend-1",
    ]
  `)
  expect(world.host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
})

test('the journal has every step and the end', async () => {
  const world = await shopAtV1()
  await world.deploy()
  expect(journalLines(world)).toMatchInlineSnapshot(`
    [
      "deploy.started",
      "plan.made",
      "deploy.changes",
      "step.started pull-image",
      "step.started place-files",
      "step.finished place-files done",
      "step.finished pull-image done",
      "step.started start-beside",
      "step.finished start-beside done",
      "step.started wait-healthy",
      "probe.sampled",
      "step.finished wait-healthy done",
      "step.started switch-traffic",
      "step.finished switch-traffic done",
      "step.started check-url",
      "step.finished check-url done",
      "step.started stop-old",
      "step.finished stop-old done",
      "step.started check-url",
      "step.finished check-url done",
      "step.started record-release",
      "step.finished record-release done",
      "step.started remove-old",
      "step.started verify-release",
      "step.finished verify-release done",
      "step.finished remove-old done",
      "deploy.finished deployed",
    ]
  `)
})

test('the record has the digests and config hashes of the running containers', async () => {
  const world = await shopAtV1()
  await world.deploy()
  const release = world.host.releases.at(-1)!
  expect(release).toMatchObject({ version: 1, id: 'r2', app: 'shop', by: { user: 'ann', machine: 'laptop' } })
  for (const container of world.host.containers.running) {
    expect(release.services[container.service]).toMatchObject({
      image: container.imageName,
      configHash: container.configHash,
    })
  }
  expect(release.variables).toEqual(['DATABASE_URL'])
})

test('the same deploy again does nothing, and says so', async () => {
  const world = await shopAtV1()
  await world.deploy()
  world.takeLog()
  expect(await world.deploy()).toMatchObject({ unchanged: true, release: 'r2' })
  expect(world.takeLog()).toEqual([])
})

test('probes are counted while the deploy works', async () => {
  const world = await shopAtV1()
  let requests = 0
  world.host.answer = () => ({ status: (requests += 1) === 4 ? 502 : 200 })
  world.host.when('check backend-2', () => world.clock.sleep(1_000))
  await world.deploy()
  const { report } = world.events.find((event) => event.type === 'probe.finished')!
  expect(report).toMatchObject({ url: 'http://localhost:80/', failures: 1 })
  expect(report.firstFailures).toEqual([{ atMs: 200, reason: 'status 502' }])
  expect(report.requests).toBeGreaterThanOrEqual(10)
})

test('an app without a proxy is probed at the port that it publishes', async () => {
  const world = await shopAtV1(undefined, fakeApp([fakeService('web', { publishedPorts: ['8080'] })]))
  world.host.when('up force-recreate web', async () => {
    world.host.answer = () => ({ error: 'refused' })
    await world.clock.sleep(1_000)
    world.host.answer = () => ({ status: 200 })
  })
  await world.deploy()
  const { report } = world.events.find((event) => event.type === 'probe.finished')!
  expect(report.url).toBe('http://localhost:8080/')
  expect(report.failures).toBeGreaterThanOrEqual(9)
})

test('a deploy that lost its connection is finished by the next one', async () => {
  const world = await shopAtV1()
  world.host.when('turn nginx to backend-2', () => world.host.loseLock())
  await world.failure()
  expect(world.host.running).toBe('backend:v1#backend-1, nginx:alpine#nginx-1, backend:v2#backend-2')
  await world.deploy()
  expect(world.host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-3')
})

test('several hosts end with the same release', async () => {
  const world = await shopAtV1(['a', 'b'])
  await world.deploy()
  for (const host of world.hosts) {
    expect(host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
    expect(host.releases.at(-1)?.id).toBe('r2')
  }
})

test('credentials are asked for by registry, and only for a pull', async () => {
  const world = await shopAtV1()
  const asked: string[] = []
  world.request = {
    credentials: async (registryHost) => {
      asked.push(registryHost)
      return undefined
    },
  }
  await world.deploy()
  expect(asked).toEqual(['ghcr.io'])
})

test('each image is resolved once, however many services run it', async () => {
  const image = 'ghcr.io/acme/app:v1'
  const world = new FakeWorld(fakeApp([fakeService('web', { image }), fakeService('worker', { image })]))
  await world.deploy()
  expect(world.takeLog().filter((line) => line.startsWith('pull'))).toEqual(['pull app:v1'])
})

test('a pull whose image is pruned before it has its tag is done again', async () => {
  const world = await shopAtV1()
  let tags = 0
  world.host.when('tag backend:v2', () => {
    if ((tags += 1) === 1) throw new Error('No such image')
  })
  await world.deploy()
  expect(world.takeLog().filter((line) => line.includes('backend:v2'))).toEqual([
    'pull backend:v2',
    'tag backend:v2',
    'pull backend:v2',
    'tag backend:v2',
  ])
})

test('a proxy that is replaced in the same deploy is the one that is turned', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]))
  await world.deploy()
  world.takeLog()
  world.app = withTag(world.app, 'v2')
  world.movedTags.set('nginx:alpine', 'alpine-2')
  await world.deploy()
  expect(world.takeLog()).toContain('turn nginx to backend-2')
  expect(world.host.running).toBe('backend:v2#backend-2, nginx:alpine-2#nginx-2')
})

test.each([2, 40])('the containers of a host with %i services are listed as often', async (count) => {
  const services = Array.from({ length: count }, (_, index) => fakeService(`service-${index}`))
  const world = await shopAtV1(undefined, fakeApp([...services, fakeProxy()]))
  const listings = vi.spyOn(world.host.engine, 'containers')
  await world.deploy()
  expect(world.host.containers.running).toHaveLength(count + 1)
  expect(listings).toHaveBeenCalledTimes(3)
})

test.each([10, 40])('new containers of %i services are looked at a few times each', async (count) => {
  const services = Array.from({ length: count }, (_, index) => fakeService(`service-${index}`))
  const world = await shopAtV1(undefined, fakeApp([...services, fakeProxy()]))
  const looks = vi.spyOn(world.host.engine, 'container')
  await world.deploy()
  expect(looks.mock.calls.length / count).toBeLessThan(10)
})

test('of many services, eight stop their old containers at a time', async () => {
  const services = Array.from({ length: 12 }, (_, index) => fakeService(`service-${index}`))
  const world = await shopAtV1(undefined, fakeApp([...services, fakeProxy()]))
  const counts: number[] = []
  let underWay = 0
  world.host.when('stop service-', async () => {
    underWay += 1
    counts.push(underWay)
    await world.clock.sleep(10_000)
    underWay -= 1
  })
  await world.deploy()
  expect(Math.max(...counts)).toBe(8)
  expect(world.takeLog().filter((line) => line.startsWith('stop '))).toHaveLength(12)
})
