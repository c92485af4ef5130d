import { expect, test } from 'vitest'
import type { AppModel, InactiveService } from '../../../../../src/deploy/model/app-model.ts'
import { DrayError } from '../../../../../src/errors/dray-error.ts'
import { fakeApp, fakeDesired, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const inactive = (name: string, facts: Partial<InactiveService> = {}): InactiveService => ({
  ...fakeService(name),
  profiles: ['jobs'],
  ...facts,
})
const adminer = inactive('adminer', { image: 'adminer:4', profiles: ['tools', 'debug'] })

function appWith(services: readonly InactiveService[], tag = 'v1'): AppModel {
  const own = withTag(fakeApp(services), tag).services.map((it, index) => ({
    ...it,
    profiles: services[index]?.profiles ?? [],
  }))
  return { ...withTag(fakeApp([fakeService('backend')]), tag), inactive: own }
}

const migrate = {
  name: 'migrate',
  serviceCandidates: ['migrate'],
  argv: ['npm', 'run', 'migrate'],
  when: 'before' as const,
}

test('a service without an active profile is named, pinned, and neither pulled nor started', async () => {
  const world = new FakeWorld(appWith([inactive('cron'), adminer]))
  const plan = await world.deploy()
  expect(plan.inactiveServices).toEqual([
    { host: 'srv', service: 'cron', profiles: ['jobs'] },
    { host: 'srv', service: 'adminer', profiles: ['tools', 'debug'] },
  ])
  expect(planToText(plan)).not.toMatch(/cron|adminer/)
  expect(world.host.releases.at(-1)?.inactive).toEqual({
    cron: {
      profiles: ['jobs'],
      image: `ghcr.io/acme/cron@sha256:${'7631'.padEnd(64, '0')}`,
      definitionHash: inactive('cron').definitionHash,
    },
    adminer: { profiles: ['tools', 'debug'], image: 'adminer:4', definitionHash: adminer.definitionHash },
  })
  expect(world.host.files.get('docker-compose.override.yml')).toContain('ghcr.io/acme/cron@sha256:7631')
})

test('an own image of it that is not in the registry is named in the plan, and refuses nothing', async () => {
  const world = new FakeWorld(appWith([inactive('cron', { image: undefined })]))
  expect((await world.deploy()).inactiveServices).toEqual([
    {
      host: 'srv',
      service: 'cron',
      profiles: ['jobs'],
      problem: 'Service cron has no `image:`, so there is nothing to pull.',
    },
  ])
})

test('a task runs in it, with its new image, when that or the definition changes', async () => {
  const world = new FakeWorld(appWith([inactive('migrate'), adminer]))
  world.desired = fakeDesired({ tasks: [migrate] })
  const steps = planToText(await world.deploy()).split('\n')
  expect(steps).toContain('pull-image migrate:v1 for migrate (not on the host)')
  expect(steps.findIndex((it) => it.startsWith('pull-image migrate'))).toBeLessThan(
    steps.findIndex((it) => it.startsWith('run-task migrate: migrate npm run migrate')),
  )
  world.app = appWith([inactive('migrate'), { ...adminer, definitionHash: 'other' }])
  world.files = { 'nginx/conf.d/app.conf': 'server { }' }
  expect(planToText(await world.plan())).not.toContain('run-task')
  world.app = appWith([inactive('migrate')], 'v2')
  expect(planToText(await world.plan())).toContain('run-task migrate')
})

test('a task is refused if the image of its service is not in the registry', async () => {
  const world = new FakeWorld(appWith([inactive('migrate', { image: undefined })]))
  world.desired = fakeDesired({ tasks: [migrate] })
  await expect(world.plan()).rejects.toBeInstanceOf(DrayError)
})

test('a rollback records the same services with the same images', async () => {
  const world = new FakeWorld(appWith([inactive('cron')]))
  await world.deploy()
  const before = world.host.releases.at(-1)?.inactive
  world.app = appWith([inactive('cron')], 'v2')
  await world.deploy()
  expect(world.host.releases.at(-1)?.inactive).not.toEqual(before)
  await world.rollback()
  expect(world.host.releases.at(-1)?.inactive).toEqual(before)
})

test('a service whose profile is no longer active is removed', async () => {
  const cron = inactive('cron')
  const world = new FakeWorld(fakeApp([fakeService('backend'), cron]))
  await world.deploy()
  world.app = appWith([cron])
  expect(planToText(await world.plan())).toContain('stop-old cron-1 (its profile is no longer active)')
})

test('dray.yml may have settings for it', async () => {
  const world = new FakeWorld(appWith([inactive('cron')]))
  world.desired = fakeDesired({ rollout: { cron: 'recreate' } })
  expect(await world.plan()).toMatchObject({ unchanged: false })
})
