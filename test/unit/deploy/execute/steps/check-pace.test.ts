import { expect, test, vi } from 'vitest'
import { checkPace } from '../../../../../src/deploy/execute/steps/check-pace.ts'
import { fakeApp, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

test.each([
  [
    'one container that has just started',
    { waitedMs: 0, verdictMs: 600_000, containers: 1 },
    { pauseMs: 50, most: 24 },
  ],
  ['two of them', { waitedMs: 0, verdictMs: 600_000, containers: 2 }, { pauseMs: 50, most: 24 }],
  ['ten of them', { waitedMs: 0, verdictMs: 600_000, containers: 10 }, { pauseMs: 250, most: 6 }],
  ['fifty of them', { waitedMs: 0, verdictMs: 600_000, containers: 50 }, { pauseMs: 1_000, most: 2 }],
  [
    'one that takes its time',
    { waitedMs: 5_000, verdictMs: 600_000, containers: 1 },
    { pauseMs: 250, most: 6 },
  ],
  [
    'one that Docker gives up soon',
    { waitedMs: 4_000, verdictMs: 5_000, containers: 1 },
    { pauseMs: 200, most: 5 },
  ],
  [
    'one that Docker may have given up',
    { waitedMs: 5_200, verdictMs: 5_000, containers: 1 },
    { pauseMs: 260, most: 1 },
  ],
  [
    'one that takes minutes',
    { waitedMs: 180_000, verdictMs: 600_000, containers: 1 },
    { pauseMs: 1_000, most: 2 },
  ],
])('%s', (_, wait, pace) => {
  expect(checkPace(wait)).toEqual(pace)
})

test('the replicas that are waited for are checked at the pace for so many', async () => {
  const app = fakeApp([fakeService('backend', { replicas: 10 })])
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  const checks = vi.spyOn(world.host.engine, 'exec')
  await world.deploy()
  const attempts = checks.mock.calls.flatMap(([, , options]) => options?.attempts ?? [])
  expect(attempts).toEqual(Array.from({ length: 10 }, () => ({ pauseMs: 250, most: 6 })))
})
