import { expect, test } from 'vitest'
import { fakeApp, fakeService } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

/** v1 of an app that publishes port 8000 runs; the port answers nothing for three seconds after this action. */
async function downAfter(action: string, services = [fakeService('web', { publishedPorts: ['8000'] })]) {
  const world = await shopAtV1(undefined, fakeApp(services))
  let untilMs = 0
  world.host.answer = () =>
    world.clock.now() < untilMs ? { error: 'connect ECONNREFUSED' } : { status: 200 }
  world.host.when(action, () => {
    untilMs = world.clock.now() + 3_000
  })
  return world
}

/** Results of the steps of a kind, and the gaps that they measured. */
function measured({ events }: FakeWorld, kind: string) {
  const ids = events.flatMap((it) => (it.type === 'step.started' && it.kind === kind ? it.stepId : []))
  return events.flatMap((it) =>
    it.type === 'step.finished' && ids.includes(it.stepId) ? [{ result: it.result, gaps: it.gaps }] : [],
  )
}

test('a recreated service: the wait for its health reports how long its port answered nothing', async () => {
  const world = await downAfter('up force-recreate web')
  await world.deploy()
  const [{ result, gaps = [] } = {}] = measured(world, 'wait-healthy')
  expect(result).toMatch(/^after \d+\.\d s, 3\.\d s without an answer on port 8000$/)
  expect(gaps).toMatchObject([{ port: '8000' }])
  expect(gaps[0]?.gapMs).toBeGreaterThanOrEqual(3_000)
})

test('the front that takes the port over: the check of the URL reports it', async () => {
  const world = await downAfter('stop web-1')
  world.front = {}
  await world.deploy()
  const results = measured(world, 'check-url').map(({ result }) => result)
  // The URL of the probe and the entrance are asked at the same time: one of both reports it.
  expect(results.toSorted()).toEqual([
    'answers 200',
    expect.stringMatching(/^answers 200, 3\.\d s without an answer on port 8000$/),
  ])
})

test('a port that answers all the time has no gap', async () => {
  const world = await downAfter('record r2')
  await world.deploy()
  expect(measured(world, 'wait-healthy')).toEqual([
    { result: expect.stringMatching(/^after \d+\.\d s$/), gaps: undefined },
  ])
})

test('a recreated service without a port: until the new container is healthy', async () => {
  const db = fakeService('db', { image: 'postgres:16' })
  const world = await downAfter('up force-recreate db', [fakeService('web'), db])
  world.movedTags.set('postgres:16', '16.1')
  let checks = 0
  world.host.containers.behaviours.set('postgres:16.1', 'never-healthy')
  world.host.when('check db-2', () => {
    if ((checks += 1) === 4) world.host.containers.behaviours.set('postgres:16.1', 'healthy')
  })
  await world.deploy()
  expect(measured(world, 'wait-healthy').at(-1)).toMatchObject({
    result: expect.stringMatching(/, \d\.\d s without a healthy db$/),
    gaps: [{ service: 'db', gapMs: expect.any(Number) }],
  })
})

test('one that is healthy sooner than others that are recreated with it: until Docker reports it', async () => {
  const services = ['db', 'cache'].map((name) => fakeService(name, { image: `${name}:16` }))
  const world = await shopAtV1(undefined, fakeApp([fakeService('web'), ...services]))
  world.movedTags.set('db:16', '16.1').set('cache:16', '16.1')
  const { host, clock } = world
  host.when('up force-recreate cache', async () => {
    host.containers.change('cache-1', { state: 'exited' })
    await clock.sleep(1_000)
    host.containers.change('db-2', { health: 'healthy' })
    await clock.sleep(10_000)
  })
  await world.deploy()
  const [{ gaps = [] } = {}] = measured(world, 'wait-healthy').slice(-1)
  expect(gaps.map(({ service }) => service)).toEqual(['db', 'cache'])
  expect(gaps[0]?.gapMs).toBeLessThan(10_000)
  expect(gaps[1]?.gapMs).toBeGreaterThanOrEqual(10_000)
})
