import { describe, expect, test } from 'vitest'
import type { AppModel, ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeProxy, fakeService, withService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const started = { service: 'backend', condition: 'service_started', restart: true } as const
const backend = fakeService('backend')

/** The plan of a new version over a running release; services with a tag of their own stay as they are. */
async function planV2(app: AppModel): Promise<string> {
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  return planToText(await world.plan())
}

describe('a service that is bound to the container of another one', () => {
  const bound = (facts: Partial<ServiceModel>) =>
    fakeApp([
      backend,
      fakeService('exporter', { image: 'prom/exporter:1', dependsOn: [started], ...facts }),
      fakeProxy(),
    ])

  test.each(['network_mode', 'pid', 'ipc', 'volumes_from'])('by %s is recreated after it', async (key) => {
    const plan = await planV2(bound({ boundTo: [{ service: 'backend', key }] }))
    expect(plan).toContain(`not rolled: exporter is bound to its container (${key})`)
    const [first, second] = plan.split('\n').filter((line) => line.startsWith('recreate'))
    expect(first).toContain('backend')
    expect(second).toContain('exporter')
    expect(second).toContain('backend, which it restarts with, is replaced')
  })

  test('is left alone when that one is', async () => {
    const app = bound({ boundTo: [{ service: 'backend', key: 'pid' }] })
    const world = new FakeWorld(app)
    await world.deploy()
    expect(await world.plan()).toMatchObject({ unchanged: true })
  })
})

describe('a service that restarts with its dependency', () => {
  const database = fakeService('db', { image: 'postgres:16' })
  const app = fakeApp([
    database,
    fakeService('backend', { dependsOn: [{ ...started, service: 'db' }] }),
    fakeService('worker', { dependsOn: [started] }),
    fakeProxy(),
  ])

  test('is replaced after it, and so are those that restart with that one', async () => {
    const world = new FakeWorld(app)
    await world.deploy()
    world.app = withService(app, 'db', { image: 'postgres:17' })
    const plan = planToText(await world.plan())
    const lines = plan.split('\n')
    const at = (text: string) => lines.findIndex((line) => line.includes(text))
    expect(at('recreate-services db')).toBeGreaterThan(0)
    expect(at('db, which it restarts with, is replaced')).toBeGreaterThan(at('recreate-services db'))
    expect(at('backend, which it restarts with, is replaced')).toBeGreaterThan(
      at('db, which it restarts with, is replaced'),
    )
    expect(plan).not.toContain('left worker')
  })
})
