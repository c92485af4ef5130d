import { describe, expect, test } from 'vitest'
import {
  fakeApp,
  fakeProxy,
  fakeService,
  plainImage,
  withService,
  withTag,
} from '../../../../support/fake-app.ts'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import type { Behaviour } from '../../../../support/fake-containers.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const withCheck = fakeApp([fakeService('backend')])
const withoutCheck = fakeApp([fakeService('backend', { healthCheck: 'from-image-or-none' })])

/** A world that runs v1 and is about to get v2. */
async function atV1(app = withCheck): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  world.events.splice(0)
  return world
}

const waitOf = (world: FakeWorld): number => {
  const step = world.events.find((it) => it.type === 'step.started' && it.kind === 'wait-healthy')!
  const end = world.events.find(
    (it) => it.type === 'step.finished' && 'stepId' in step && it.stepId === step.stepId,
  )!
  return end.at - step.at
}

describe('a service with a health check', () => {
  test('is asked several times a second, not by its interval of ten seconds', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    let turns = 0
    world.host.when('check backend-2', () => {
      if ((turns += 1) === 8) world.host.containers.behaviours.set('backend:v2', 'healthy')
    })
    await world.deploy()
    expect(waitOf(world)).toBeLessThan(2_000)
  })

  test('gets as long as Docker would give it, and no longer', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    expect((await world.failure()).message).toBe(
      'backend was not healthy within 35 s: `curl -f http://localhost:8000/` exited with code 1 (connection refused).',
    )
    expect(waitOf(world)).toBeGreaterThanOrEqual(35_000)
  })

  test('is named without values of variables in its command and in its output', async () => {
    const told: string[] = []
    const failureOf = async (behaviour: Behaviour, change: Partial<Container> = {}): Promise<string> => {
      const world = await atV1()
      world.host.secretValue = 'localhost:8000'
      world.host.containers.behaviours.set('backend:v2', behaviour)
      world.host.when('check backend-2', () => world.host.containers.change('backend-2', change))
      const { message } = await world.failure()
      told.push(...world.events.map((event) => JSON.stringify(event)))
      return message
    }
    expect(await failureOf('never-healthy')).toContain('`curl -f http://[value of KEY]/` exited with code 1')
    expect(await failureOf('broken-check')).toContain('`curl -f http://[value of KEY]/` (')
    const healthOutput = 'no route to localhost:8000'
    expect(await failureOf('never-healthy', { health: 'unhealthy', healthOutput })).toMatch(
      /`curl -f http:\/\/\[value of KEY]\/` failed \(no route to \[value of KEY]\)\.$/,
    )
    expect(told.join()).not.toContain('localhost:8000')
  })

  test('is shown without values of variables while it fails', async () => {
    const world = await atV1()
    world.host.secretValue = 'connection refused'
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    await world.failure()
    const told = world.events.map((event) => JSON.stringify(event)).join()
    expect(told).toContain('([value of KEY])')
    expect(told).not.toContain('connection refused')
  })

  test('gets as long as dray.yml says', async () => {
    const world = await atV1()
    world.request = { servicePatience: { backend: { healthTimeoutMs: 3_000 } } }
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    expect((await world.failure()).message).toContain('within 3 s')
  })

  test('has no exit code when Docker has already restarted its container', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-2', () =>
      world.host.containers.change('backend-2', { state: 'running', restartCount: 1, exitCode: 0 }),
    )
    expect((await world.failure()).message).toBe('backend exited and was restarted before it was healthy.')
  })

  test('is not ready when it passes in a container that was started again', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-2', () => {
      world.host.containers.behaviours.set('backend:v2', 'healthy')
      world.host.containers.change('backend-2', { restartCount: 1 })
    })
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED' })
  })

  test('that Docker calls unhealthy is reported with the output of the check', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-2', () =>
      world.host.containers.change('backend-2', {
        health: 'unhealthy',
        healthOutput: 'progress\ncurl: (22) The requested URL returned error: 503',
      }),
    )
    expect((await world.failure()).message).toMatch(/unhealthy: `.*` failed \(curl: \(22\) .* 503\)\.$/)
  })

  test('is ready when it passes, whatever Docker called it a moment before', async () => {
    const world = await atV1()
    world.host.when('check backend-2', () =>
      world.host.containers.change('backend-2', { health: 'unhealthy' }),
    )
    await world.deploy()
    expect(world.host.running).toContain('backend:v2#backend-2')
    expect(world.host.releases.at(-1)?.id).toBe('r2')
  })

  test('that was healthy at once is watched for a second before it takes over', async () => {
    const world = await atV1()
    await world.deploy()
    expect(waitOf(world)).toBeGreaterThanOrEqual(1_000)
  })

  test('takes over as soon as it is healthy when nothing is lost by it', async () => {
    const world = new FakeWorld(withCheck)
    await world.deploy()
    expect(waitOf(world)).toBeLessThan(500)
  })

  test('that ends after it was healthy is undone, and the old one is still there', async () => {
    const world = await atV1(fakeApp([fakeService('backend'), fakeProxy()]))
    world.host.when('turn', () => world.host.containers.change('backend-2', { restartCount: 1 }))
    const failure = await world.failure()
    expect(failure).toMatchObject({
      code: 'SERVICE_EXITED',
      message: 'backend exited and was restarted after it was healthy.',
    })
    expect(world.host.releases.at(-1)?.id).toBe('r1')
    expect(world.host.containers.all.map(({ id }) => id)).toEqual(['backend-1', 'nginx-1'])
  })

  test('fails at once when its container ends', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-2', () =>
      world.host.containers.change('backend-2', { state: 'exited', exitCode: 3 }),
    )
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED' })
    expect(waitOf(world)).toBeLessThan(1_000)
  })

  test('that Docker cannot start because its container just ends is not called broken', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'broken-check')
    let ends = false
    world.host.when('check backend-2', () => {
      const end = () => world.host.containers.change('backend-2', { state: 'exited', exitCode: 3 })
      if (!ends) setImmediate(end)
      ends = true
    })
    expect((await world.failure()).message).toBe('backend exited with code 3 before it was healthy.')
  })

  test('that Docker cannot start because its container is just started again gets another try', async () => {
    const world = await atV1(fakeApp([fakeService('backend', { retries: true })]))
    world.host.containers.behaviours.set('backend:v2', 'broken-check')
    let turns = 0
    world.host.when('check backend-2', () => {
      world.host.containers.change('backend-2', { restartCount: (turns += 1) })
      if (turns === 3) world.host.containers.behaviours.set('backend:v2', 'healthy')
    })
    await world.deploy()
    expect(turns).toBeGreaterThanOrEqual(3)
  })

  test('is reported as out of memory when the kernel killed it', async () => {
    const world = await atV1()
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-2', () =>
      world.host.containers.change('backend-2', { state: 'exited', exitCode: 137, outOfMemory: true }),
    )
    expect((await world.failure()).message).toContain('ran out of memory and was killed')
  })

  test('the first of several replicas that cannot become healthy ends the wait for all', async () => {
    const world = await atV1(fakeApp([fakeService('backend', { replicas: 3 })]))
    world.host.containers.behaviours.set('backend:v2', 'never-healthy')
    world.host.when('check backend-5', () =>
      world.host.containers.change('backend-5', { state: 'exited', exitCode: 1 }),
    )
    expect(await world.failure()).toMatchObject({
      code: 'SERVICE_EXITED',
      details: { logOf: 'shop-backend-5' },
    })
    expect(world.host.running).toBe('backend:v1#backend-1, backend:v1#backend-2, backend:v1#backend-3')
  })
})

describe('a service without a health check', () => {
  test('is ready when it listens on a port that its image exposes', async () => {
    const world = await atV1(withoutCheck)
    world.imageConfigs.set('ghcr.io/acme/backend:v2', { ...plainImage, exposedPorts: [8000] })
    await world.deploy()
    expect(waitOf(world)).toBe(1_000)
  })

  test('has to run for a few seconds where nothing is exposed', async () => {
    const world = await atV1(withoutCheck)
    await world.deploy()
    expect(waitOf(world)).toBeGreaterThanOrEqual(2_000)
    expect(waitOf(world)).toBeLessThan(3_000)
  })

  test('that stops listening where the old release listened takes no traffic', async () => {
    const world = await atV1(withoutCheck)
    world.imageConfigs.set('ghcr.io/acme/backend:v2', { ...plainImage, exposedPorts: [8000] })
    const old = world.host.containers.get('backend-1').networks[0]!.address
    world.host.listensOn = (address) => (address === old ? 'yes' : 'no')
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_UNHEALTHY' })
    expect(world.host.running).toBe('backend:v1#backend-1')
  })

  test('that does not listen takes no traffic, even if the old one answers only at the second attempt', async () => {
    const world = await atV1(withoutCheck)
    world.imageConfigs.set('ghcr.io/acme/backend:v2', { ...plainImage, exposedPorts: [8000] })
    const old = world.host.containers.get('backend-1').networks[0]!.address
    let attempts = 0
    world.host.listensOn = (address) => {
      if (address !== old) return 'no'
      attempts += 1
      return attempts === 1 ? 'unknown' : 'yes'
    }
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_UNHEALTHY' })
  })

  test('that does not listen in the table of the kernel takes no traffic, whatever a connection to its address says', async () => {
    const world = await atV1(withoutCheck)
    world.imageConfigs.set('ghcr.io/acme/backend:v2', { ...plainImage, exposedPorts: [8000] })
    const listening = '   0: 00000000:1F40 00000000:0000 0A 0\n'
    world.host.networkTable = (id) => (id === 'backend-1' ? listening : '')
    world.host.listensOn = () => 'yes'
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_UNHEALTHY' })
  })

  test('that was recreated is not compared with the address that it had', async () => {
    const fixed = withService(withoutCheck, 'backend', { fixedAddress: true })
    const world = await atV1(fixed)
    world.imageConfigs.set('ghcr.io/acme/backend:v2', { ...plainImage, exposedPorts: [8000] })
    const old = world.host.containers.get('backend-1').networks[0]!.address
    world.host.listensOn = (address) => (address === old ? 'yes' : 'no')
    await world.deploy()
    expect(world.host.running).toBe('backend:v2#backend-2')
  })

  test('that restarts meanwhile is not ready', async () => {
    const world = await atV1(withoutCheck)
    world.host.containers.behaviours.set('backend:v2', 'restarts')
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED' })
  })

  test('that is not to be restarted may end well', async () => {
    const world = await atV1(fakeApp([fakeService('backend', { healthCheck: 'disabled', restarts: false })]))
    world.host.when('settled', () => undefined)
    world.host.when('up beside', () => {
      setImmediate(() => world.host.containers.change('backend-2', { state: 'exited', exitCode: 0 }))
    })
    await world.deploy()
    expect(world.host.releases.at(-1)?.id).toBe('r2')
  })
})

describe('a service that may end, for which no other waits', () => {
  const made = (facts: Parameters<typeof fakeService>[1]) =>
    fakeApp([fakeService('bucket', { restarts: false, ...facts }), fakeService('backend')])
  const noCheck = 'from-image-or-none' as const

  test.each([
    { healthCheck: noCheck },
    { healthCheck: noCheck, retries: true as const },
    { healthCheck: 'defined' as const },
  ])('is done when it exits with 0: %j', async (facts) => {
    const world = new FakeWorld(made(facts))
    world.host.when('up', () => undefined)
    world.host.when('check backend-1', () =>
      world.host.containers.change('bucket-1', { state: 'exited', exitCode: 0 }),
    )
    if (facts.healthCheck === 'defined') world.host.containers.behaviours.set('bucket:v1', 'never-healthy')
    expect((await world.deploy()).release).toBe('r1')
    expect((await world.plan()).unchanged).toBe(true)
  })

  test('may fail and try again, if its policy says so', async () => {
    const world = new FakeWorld(made({ healthCheck: noCheck, retries: true }))
    world.host.containers.behaviours.set('bucket:v1', 'restarts')
    world.host.when('check backend-1', () => {
      const done = { state: 'exited', exitCode: 0, restartCount: 2 } as const
      void world.clock.sleep(10_000).then(() => world.host.containers.change('bucket-1', done))
    })
    expect((await world.deploy()).release).toBe('r1')
    expect(waitOf(world)).toBeGreaterThanOrEqual(10_000)
  })

  test('fails the deploy when it has failed for 30 s, or Docker gives up', async () => {
    const world = new FakeWorld(made({ healthCheck: noCheck, retries: true }))
    world.host.containers.behaviours.set('bucket:v1', 'restarts')
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED' })
    expect(waitOf(world)).toBeGreaterThanOrEqual(30_000)
    world.host.containers.behaviours.set('bucket:v1', 'exits')
    expect((await world.failure()).message).toBe('bucket exited with code 1 before it was healthy.')
  })
})

describe('services that got ready while the next ones were created', () => {
  /** Four services start, then a fifth, which takes three seconds. `meanwhile`: what happens in these. */
  async function startInParts(
    service: Partial<ServiceModel>,
    meanwhile: (world: FakeWorld) => void = () => undefined,
  ): Promise<FakeWorld> {
    const names = ['a', 'b', 'c', 'd', 'e']
    const world = await atV1(fakeApp(names.map((name) => fakeService(name, service))))
    world.host.cpus = 2
    world.host.when('up beside e=2', async () => {
      meanwhile(world)
      await world.clock.sleep(3_000)
    })
    return world
  }

  test.each<[string, Partial<ServiceModel>]>([
    ['with a health check', {}],
    ['without one', { healthCheck: 'from-image-or-none' }],
  ])('%s are waited for no longer', async (_, service) => {
    const world = await startInParts(service)
    await world.deploy()
    expect(waitOf(world)).toBeLessThan(500)
    const results = world.events.flatMap((it) => (it.type === 'step.finished' ? [it.result] : []))
    expect(results).toContainEqual(expect.stringMatching(/^after 3\.\d s$/))
  })

  test('may be started again meanwhile if they are the next ones, and have `restart: on-failure`', async () => {
    const world = await startInParts({ retries: true })
    world.host.when('check a-2', () => world.host.containers.change('e-2', { state: 'restarting' }))
    world.host.when('check e-2', () => world.host.containers.change('e-2', { state: 'running' }))
    await world.deploy()
    expect(world.host.running).toContain('e:v2#e-2')
  })

  test.each<[string, Partial<ServiceModel>]>([
    ['with a health check', {}],
    ['without one', { healthCheck: 'from-image-or-none' }],
  ])('%s fail the deploy if one has ended by then', async (_, service) => {
    const world = await startInParts(service, ({ host }) => {
      host.containers.change('b-2', { state: 'exited', exitCode: 3 })
    })
    expect(await world.failure()).toMatchObject({
      code: 'SERVICE_EXITED',
      message: 'b exited with code 3 before it was healthy.',
    })
  })
})
