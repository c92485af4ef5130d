import { expect, test } from 'vitest'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { GlobalOptions } from '../../src/cli/command/global-options.ts'
import { openActions } from '../../src/cli/commands/inspect/ui/open-actions.ts'
import { hashPlan, isProductionLike } from '../../src/cli/commands/inspect/ui/roll-back.ts'
import { stepDetails } from '../../src/cli/commands/inspect/ui/step-details.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import type { Failure } from '../../src/deploy/model/events.ts'
import type { Plan, Step } from '../../src/deploy/model/plan.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../support/fake-app.ts'
import { fakeFileSystem, GB } from '../support/fake-disk.ts'
import { FakeWorld } from '../support/fake-deploy.ts'

const cancelled: Failure = {
  ...failureFrom(new DrayError('CANCELLED', 'Cancelled by a signal.')),
  serving: 'r2 is serving on deploy@test.',
}

/** Actions whose rollbacks end when the test says so. */
function open() {
  const stop = new AbortController()
  const told: string[] = []
  const begun: { target: object; end: (failure?: Failure) => void }[] = []
  const view = {
    plan: 'shown',
    command: 'dray rollback production r1',
    steps: [],
    hooks: [],
    warnings: [],
    notUndone: [],
    confirmName: 'production',
  }
  const actions = openActions(
    {
      config: {
        environments: [
          { name: 'production', unreadable: { environment: '', verdict: 'unknown', hosts: [] } },
        ],
        version: 0,
        reload: async () => false,
      },
      context: { signal: stop.signal } as unknown as CliContext,
      options: {} as GlobalOptions,
      note: (text) => told.push(text),
      fail: ({ message, serving }) => told.push(`${message} ${serving}`),
    },
    {
      planRollback: async () => view,
      rollBack: (target) => new Promise((resolve) => begun.push({ target, end: resolve })),
    },
  )
  const request = { environment: 'production', release: 'r1', confirm: 'production', plan: 'shown' }
  const query = new URLSearchParams({ environment: 'production' })
  return { stop, told, begun, actions, request, query }
}

test('the terminal says when a rollback begins and ends, also without a page', async () => {
  const { told, begun, actions, request, query } = open()
  expect(await actions.answer('action', query)).toEqual({ state: 'none' })
  expect(await actions.act('rollback', request)).toEqual({ release: 'r1', state: 'running' })
  expect(begun[0]?.target).toMatchObject({ environment: 'production', release: 'r1', plan: 'shown' })
  expect(actions.running()).toEqual(['production'])
  expect(await actions.act('rollback', request)).toMatchObject({ failure: { code: 'LOCK_HELD' } })
  begun[0]?.end()
  expect(await actions.end()).toBe(0)
  expect(told).toEqual(['Rolling production back to r1, as the page asks.', 'Rolled production back to r1.'])
  expect(actions.running()).toEqual([])
  expect(await actions.answer('action', query)).toEqual({ release: 'r1', state: 'done' })
})

test('one that Ctrl-C cancels is waited for; the terminal says its outcome, which is the exit code', async () => {
  const { stop, told, begun, actions, request } = open()
  await actions.act('rollback', request)
  stop.abort()
  const ending = actions.end()
  begun[0]?.end(cancelled)
  expect(await ending).toBe(130)
  expect(told.slice(1)).toEqual([
    'The rollback of production to r1 failed.',
    'Cancelled by a signal. r2 is serving on deploy@test.',
  ])
})

test('one that failed long before is not the exit code', async () => {
  const { stop, begun, actions, request, query } = open()
  await actions.act('rollback', request)
  begun[0]?.end({ ...cancelled, exitCode: 1 })
  await expect.poll(() => actions.running()).toEqual([])
  expect(await actions.answer('action', query)).toMatchObject({ state: 'failed', failure: { exitCode: 1 } })
  stop.abort()
  expect(await actions.end()).toBe(0)
})

test('a request that is not confirmed, or not whole, begins nothing', async () => {
  const { begun, actions, request } = open()
  expect(await actions.act('rollback', { ...request, confirm: '' })).toMatchObject({
    failure: { message: 'The rollback of production was not confirmed.' },
  })
  const { plan: _, ...unplanned } = request
  for (const body of [unplanned, {}, undefined, { ...request, environment: 'other' }])
    expect(await actions.act('rollback', body)).toBeUndefined()
  expect(await actions.act('deploy', request)).toBeUndefined()
  expect(begun).toEqual([])
})

test('plans that do the same have the same hash, and others another', async () => {
  const shop = fakeApp([fakeService('backend'), fakeProxy()])
  const world = new FakeWorld(shop)
  for (const tag of ['v1', 'v2']) {
    world.app = withTag(shop, tag)
    world.desired = { ...world.desired, tag }
    await world.deploy()
  }
  const plan = await world.planRollback('r1')
  expect(hashPlan(await world.planRollback('r1'))).toBe(hashPlan(plan))
  expect(hashPlan({ ...plan, replaces: 'r9' })).not.toBe(hashPlan(plan))
  expect(hashPlan({ ...plan, steps: plan.steps.slice(1) })).not.toBe(hashPlan(plan))
  const hooks = { before: { argv: ['sh', '-c', './notify.sh'], timeoutMs: 1000 } }
  expect(hashPlan({ ...plan, hooks })).not.toBe(hashPlan(plan))
  const warned = { ...plan, warnings: [...plan.warnings, 'backend is briefly unavailable.'] }
  expect(hashPlan(warned)).not.toBe(hashPlan(plan))
  expect(hashPlan({ ...warned, measuredWarnings: ['backend is briefly unavailable.'] })).toBe(hashPlan(plan))
})

test('a plan with another risk is another one, and one of which something else was measured is not', async () => {
  const shop = fakeApp([fakeService('backend'), fakeProxy()])
  const world = new FakeWorld(shop)
  for (const tag of ['v1', 'v2']) {
    world.app = withTag(shop, tag)
    world.desired = { ...world.desired, tag }
    await world.deploy()
  }
  const plan = await world.planRollback('r1')
  world.host.disk.fileSystems = [fakeFileSystem({ usedBytes: 36 * GB })]
  const full = await world.planRollback('r1')
  expect(full.measuredWarnings).toEqual([expect.stringContaining('is free') as string])
  expect(full.warnings).toEqual([...plan.warnings, ...(full.measuredWarnings ?? [])])
  expect(hashPlan(full)).toBe(hashPlan(plan))
  world.host.envFile = { mode: '644', variables: [], readableByOthers: true }
  const readable = await world.planRollback('r1')
  expect(readable.warnings).toContainEqual(expect.stringContaining('is readable by other users'))
  expect(hashPlan(readable)).not.toBe(hashPlan(plan))
})

test('steps with the same title that do something else are other plans, and say what they do', () => {
  const place = (path: string): Step => ({
    ...{ id: 1, host: 'a', cause: 'changed', kind: 'place-files', removed: ['old.conf'] },
    ...{ changed: [path, 'compose.yml'], inPlace: [], adopt: [] },
  })
  const of = (step: Step): Plan => ({ steps: [step], warnings: [] }) as unknown as Plan
  expect(hashPlan(of(place('a.conf')))).not.toBe(hashPlan(of(place('b.conf'))))
  expect(stepDetails(place('a.conf'))).toEqual(['a.conf', 'compose.yml', 'remove old.conf'])
  const change = {
    service: 'web',
    change: 'update',
    cause: 'image',
    image: 'shop@sha256:1',
    limitMs: 1,
  } as const
  const update = (image: string): Step => ({
    ...{ id: 1, host: 'a', cause: 'changed', kind: 'update-stack', stack: 'shop' },
    ...{ services: [{ ...change, image }], orders: {} },
  })
  expect(hashPlan(of(update('shop@sha256:1')))).not.toBe(hashPlan(of(update('shop@sha256:2'))))
})

test.each(['prod', 'production', 'eu-production', 'LIVE', 'shop_prod'])('%s is production-like', (name) => {
  expect(isProductionLike(name)).toBe(true)
})

test.each(['test', 'productive', 'olive', 'preprod'])('%s is not production-like', (name) => {
  expect(isProductionLike(name)).toBe(false)
})
