import { describe, expect, test } from 'vitest'
import type { ProbeAnswer } from '../../../../src/deploy/model/prober.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { shop, shopAtV1 } from '../../../support/shop-world.ts'

const silence: ProbeAnswer = { error: 'socket hang up' }
const url = 'http://localhost:80/'

/** Release r1 runs, v2 is wanted, and the app gives one answer before the switch and another one after it. */
async function answering(before: ProbeAnswer, after: ProbeAnswer = before): Promise<FakeWorld> {
  const world = await shopAtV1()
  world.host.answer = () => before
  world.host.when('turn nginx to backend-2', () => void (world.host.answer = () => after))
  return world
}

const checksOf = (steps: readonly { kind: string }[]) => steps.filter(({ kind }) => kind === 'check-url')
const notesOf = (world: FakeWorld) => world.events.flatMap((it) => (it.type === 'note' ? [it.text] : []))

describe('without `probe`, an app whose proxy answered before the deploy', () => {
  test('with a server error may answer the same after it, with a warning', async () => {
    const { steps, warnings } = await (await answering({ status: 503 })).deploy()
    expect(checksOf(steps)).toHaveLength(2)
    expect(warnings.join()).toContain(`${url} answers 503, which counts as its usual answer. Set \`probe\``)
  })

  test.each<[ProbeAnswer, ProbeAnswer]>([
    [{ status: 503 }, silence],
    [{ status: 503 }, { status: 502 }],
    [{ status: 404 }, { status: 503 }],
    [{ status: 404 }, silence],
    // The app is down, and a release that does not change that has failed.
    [{ status: 502 }, { status: 502 }],
  ])('fails if it answers %j before and %j after it', async (before, after) => {
    const world = await answering(before, after)
    world.host.when('turn nginx to backend-1', () => void (world.host.answer = () => before))
    expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED', exitCode: 1 })
    expect(world.host.running).toBe('backend:v1#backend-1, nginx:alpine#nginx-1')
  })

  test('fails if it is still down in another way', async () => {
    const world = await answering({ status: 502 }, { status: 504 })
    expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED' })
  })
})

test('without `probe`, a proxy that answered nothing before the deploy is not checked, with a warning', async () => {
  const { steps, warnings } = await (await answering(silence)).deploy()
  expect(checksOf(steps)).toEqual([])
  expect(warnings.join()).toContain(
    `The app is not checked: ${url} does not answer requests (socket hang up). Set \`probe\``,
  )
})

describe('without `probe`, a first release whose proxy', () => {
  test.each<ProbeAnswer>([silence, { status: 503 }])(
    'answers %j is deployed, with a warning',
    async (answer) => {
      const world = new FakeWorld(shop)
      world.host.answer = () => answer
      await world.deploy()
      expect(notesOf(world).join()).toContain('dray guessed this URL, so the app was not checked.')
    },
  )

  test('reaches no upstream fails', async () => {
    const world = new FakeWorld(shop)
    world.host.answer = () => ({ status: 502 })
    expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED' })
  })
})

test('with `probe: false` nothing is requested', async () => {
  const world = await shopAtV1()
  let requests = 0
  world.host.answer = () => {
    requests += 1
    return silence
  }
  world.desired = { ...world.desired, probeUrl: false }
  const { steps, warnings } = await world.deploy()
  expect({ requests, checks: checksOf(steps) }).toEqual({ requests: 0, checks: [] })
  expect(warnings.join()).not.toContain('probe')
})
