import { expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'

/** v1 of an app runs, v2 is wanted, and four services start at a time. */
async function worldOf(services: readonly string[]): Promise<FakeWorld> {
  const app = fakeApp([...services.map((name) => fakeService(name)), fakeProxy()])
  const world = new FakeWorld(app)
  world.host.cpus = 2
  await world.deploy()
  world.app = withTag(app, 'v2')
  world.events.length = 0
  world.takeLog()
  return world
}

/** From now on and for so long, the app takes two seconds for an answer. */
function slowDown({ clock, host }: FakeWorld, forMs: number): void {
  const untilMs = clock.now() + forMs
  host.answer = async () => {
    if (clock.now() < untilMs) await clock.sleep(2_000)
    return { status: 200 }
  }
}

/** Results of the steps that start containers. */
function startResults({ events }: FakeWorld): (string | undefined)[] {
  const starts = events.flatMap((it) =>
    it.type === 'step.started' && it.kind === 'start-beside' ? [it.stepId] : [],
  )
  return events.flatMap((it) =>
    it.type === 'step.finished' && starts.includes(it.stepId) ? [it.result] : [],
  )
}

const eight = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

test('the next services start when the app answers as fast as before again', async () => {
  const world = await worldOf(eight)
  world.host.when('up beside a=2 b=2 c=2 d=2', async () => {
    slowDown(world, 3_000)
    await world.clock.sleep(1_000)
  })
  await world.deploy()
  expect(startResults(world)).toEqual([
    undefined,
    expect.stringMatching(/^after a pause of [23]\.\d s, because the app answered slowly$/),
  ])
})

test('the next services start after five seconds if the app stays slow', async () => {
  const world = await worldOf(eight)
  world.host.when('up beside a=2 b=2 c=2 d=2', async () => {
    slowDown(world, 60_000)
    await world.clock.sleep(1_000)
  })
  await world.deploy()
  expect(startResults(world)[1]).toBe('after a pause of 5.0 s, because the app answered slowly')
})

test('the first services start at once, however slow the app is', async () => {
  const world = await worldOf(['a', 'b'])
  slowDown(world, 60_000)
  await world.deploy()
  expect(startResults(world)).toEqual([undefined])
})

test('on several hosts behind one public URL, each waits for it', async () => {
  const app = fakeApp([...eight.map((name) => fakeService(name)), fakeProxy()])
  const world = new FakeWorld(app, ['one', 'two'])
  for (const host of world.hosts) host.cpus = 2
  world.desired = { ...world.desired, probeUrl: 'https://shop.example.com/' }
  await world.deploy()
  world.app = withTag(app, 'v2')
  world.events.length = 0
  for (const host of world.hosts)
    host.when('up beside a=2 b=2 c=2 d=2', async () => {
      slowDown(world, 3_000)
      await world.clock.sleep(1_000)
    })
  await world.deploy()
  const paused = expect.stringMatching(/^after a pause of \d\.\d s, because the app answered slowly$/)
  expect(startResults(world)).toEqual([undefined, paused, undefined, paused])
})

test('old containers of three services stop one after the other while the app is slow', async () => {
  const world = await worldOf(['a', 'b', 'c'])
  let [underWay, most] = [0, 0]
  world.host.when('turn nginx', () => slowDown(world, 60_000))
  world.host.when('stop ', async () => {
    most = Math.max(most, (underWay += 1))
    await world.clock.sleep(1_000)
    underWay -= 1
  })
  await world.deploy()
  expect(most).toBe(1)
})
