import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AppModel } from '../../../../../src/deploy/model/app-model.ts'
import type { Plan, StepKind } from '../../../../../src/deploy/model/plan.ts'
import { fakeApp, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

/** The phases of a plan on one host; a step of a later one never comes before a step of an earlier one. */
const phases: Partial<Record<StepKind, number>> = {
  'pull-image': 1,
  'place-files': 2,
  'start-beside': 3,
  'switch-traffic': 4,
  'stop-old': 5,
  'record-release': 6,
  'remove-old': 7,
  'verify-release': 8,
  'clean-images': 9,
}

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const

const earlier = (index: number): fc.Arbitrary<number[]> =>
  index === 0 ? fc.constant([]) : fc.uniqueArray(fc.integer({ min: 0, max: index - 1 }), { maxLength: 2 })

/** A service that depends on earlier ones only, so that there is no circle. */
const serviceArbitrary = (index: number) =>
  fc.record({
    tag: fc.constantFrom('v1', 'v2', 'v3'),
    replicas: fc.integer({ min: 1, max: 3 }),
    definition: fc.constantFrom('', 'other'),
    containerName: fc.constantFrom(undefined, undefined, `fixed-${index}`),
    needs: earlier(index),
    condition: fc.constantFrom(...conditions),
    isThere: fc.integer({ min: 0, max: 4 }).map((it) => it > 0),
  })

const appArbitrary: fc.Arbitrary<AppModel> = fc
  .tuple(serviceArbitrary(0), serviceArbitrary(1), serviceArbitrary(2), serviceArbitrary(3), fc.boolean())
  .map(([a, b, c, d, hasProxy]) => {
    const services = [a, b, c, d]
      .map((it, index) => ({ ...it, name: `s${index}` }))
      .filter((it) => it.isThere)
    const there = new Set(services.map(({ name }) => name))
    const made = services.map(({ name, tag, replicas, definition, containerName, needs, condition }) =>
      fakeService(name, {
        image: `ghcr.io/acme/${name}:${tag}`,
        replicas: containerName === undefined ? replicas : 1,
        definition,
        containerName,
        dependsOn: needs
          .map((need) => ({ service: `s${need}`, condition }))
          .filter((it) => there.has(it.service)),
      }),
    )
    return fakeApp(hasProxy ? [...made, fakeProxy({ dependsOn: [] })] : made)
  })

/** What may have happened to the host between two deploys. */
const mishapArbitrary = fc.constantFrom('none', 'container died', 'stranger started', 'file edited')

function befall(world: FakeWorld, mishap: string): void {
  const { containers, files } = world.host
  const victim = containers.running[0]
  if (victim === undefined) return
  if (mishap === 'container died') containers.change(victim.id, { state: 'exited', exitCode: 1 })
  if (mishap === 'stranger started') containers.create(world.app, victim.service, victim.imageName)
  if (mishap === 'file edited') files.set('docker-compose.yml', 'by hand')
}

/** Runs a check on the second deploy of two made-up apps, with a mishap in between. */
async function forSecondDeploys(
  check: (world: FakeWorld, plan: Plan) => void | Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(appArbitrary, appArbitrary, mishapArbitrary, async (first, second, mishap) => {
      const world = new FakeWorld(first)
      await world.deploy()
      befall(world, mishap)
      world.app = second
      await check(world, await world.plan())
    }),
    { numRuns: 25 },
  )
}

test('a plan pulls, places, starts, switches, stops, records and removes, in this order', () =>
  forSecondDeploys((_world, plan) => {
    const order = plan.steps.flatMap(({ kind }) => phases[kind] ?? [])
    expect(order).toEqual([...order].sort((a, b) => a - b))
  }))

test('a plan that does something records once, and removes nothing before', () =>
  forSecondDeploys((_world, { unchanged, steps }) => {
    const kinds = steps.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'record-release')).toHaveLength(unchanged ? 0 : 1)
    expect(kinds.slice(0, kinds.indexOf('record-release'))).not.toContain('remove-old')
  }))

test('an app is asked once more between the last stop and the record', () =>
  forSecondDeploys((_world, { steps }) => {
    const kinds = steps.map(({ kind }) => kind)
    const stop = kinds.lastIndexOf('stop-old')
    const asked = kinds.slice(stop, kinds.indexOf('record-release'))
    if (stop >= 0 && kinds.includes('check-url')) expect(asked).toContain('check-url')
  }))

test('replaced containers are stopped exactly once, and no other', () =>
  forSecondDeploys((world, plan) => {
    const stopped = plan.steps.flatMap((step) => (step.kind === 'stop-old' ? step.containers : []))
    expect(new Set(stopped).size).toBe(stopped.length)
    const started = plan.steps.flatMap((step) => (step.kind === 'start-beside' ? step.services : []))
    for (const { service, add } of started) {
      const replicas = world.app.services.find(({ name }) => name === service)?.replicas ?? 0
      // Where only missing replicas start, the others stay.
      const stays = add < replicas
      for (const { id } of world.host.containers.running.filter((it) => it.service === service)) {
        expect(stopped.includes(id)).toBe(!stays)
      }
    }
  }))

test('after a deploy the same deploy has nothing to do, whatever was there before', () =>
  forSecondDeploys(async (world) => {
    await world.deploy()
    expect(await world.plan()).toMatchObject({ unchanged: true, steps: [] })
  }))

test('after a deploy, the images and replicas of the app run', () =>
  forSecondDeploys(async (world) => {
    await world.deploy()
    for (const { name, replicas, image } of world.app.services) {
      const isAwaited = world.app.services.some(({ dependsOn }) =>
        dependsOn.some((it) => it.service === name && it.condition === 'service_completed_successfully'),
      )
      if (isAwaited) continue
      const running = world.host.containers.running.filter(({ service }) => service === name)
      expect(running).toHaveLength(replicas)
      const repository = image?.replace(/:[^:]*$/, '')
      for (const { imageName } of running) expect(imageName.split('@')[0]).toBe(repository)
    }
  }))

test('a deploy that fails before the record leaves the old containers running', async () => {
  const actions = ['pull', 'place', 'up beside', 'check', 'turn', 'record']
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...actions),
      fc.integer({ min: 1, max: 3 }),
      async (action, replicas) => {
        const world = new FakeWorld(
          fakeApp([fakeService('s0', { replicas }), fakeService('s1'), fakeProxy()]),
        )
        await world.deploy()
        const before = world.host.running
        const filesBefore = [...world.host.files].sort()
        world.app = fakeApp([
          fakeService('s0', { replicas, image: 'ghcr.io/acme/s0:v2' }),
          fakeService('s1', { image: 'ghcr.io/acme/s1:v2' }),
          fakeProxy(),
        ])
        let hits = 0
        world.host.when(action, () => {
          if ((hits += 1) === 1 || action === 'check') throw new Error('No.')
        })
        await world.failure()
        expect(world.host.running).toBe(before)
        expect([...world.host.files].sort()).toEqual(filesBefore)
      },
    ),
    { numRuns: 15 },
  )
})
