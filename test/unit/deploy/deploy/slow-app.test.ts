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
    expect.stringMatching(/^[23]\.\d s later, since the app answered slowly$/),
  ])
})

test('the next services start after five seconds if the app stays slow', async () => {
  const world = await worldOf(eight)
  world.host.when('up beside a=2 b=2 c=2 d=2', async () => {
    slowDown(world, 60_000)
    await world.clock.sleep(1_000)
  })
  await world.deploy()
  expect(startResults(world)[1]).toBe('5.0 s later, since the app answered slowly')
})

test('the first services start at once, however slow the app is', async () => {
  const world = await worldOf(['a', 'b'])
  slowDown(world, 60_000)
  await world.deploy()
  expect(startResults(world)).toEqual([undefined])
})
