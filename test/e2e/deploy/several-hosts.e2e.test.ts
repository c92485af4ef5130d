import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { TestServer } from '../../support/net/server.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
const task = { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' }
let app: TestApp
/** The same app as its people see it on the second server. */
let twin: TestApp

beforeAll(async () => {
  const options = { net, name: 'twin' }
  twin = await TestApp.make({ ...options, server: two })
  app = await TestApp.make({
    ...options,
    server: one,
    config: { tasks: { migrate: task }, services: { backend: { health: { timeout: '4s' } } } },
    environment: { host: undefined, hosts: [one.sshTarget, two.sshTarget] },
  })
  await app.mustDeploy('v1')
})

afterAll(() => Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]())))

test('a release goes to every host, its tasks run once, and no request fails on either', async () => {
  const { result, report } = await underLoad(app, {}, async () =>
    underLoad(twin, {}, async () => app.mustDeploy('v2')),
  )
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  expect(stepsOf(result.result, 'run-task').map(({ host }) => host)).toEqual([one.sshTarget])
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await Promise.all([one, two].map(releaseIds))).toEqual([
    ['r1', 'r2'],
    ['r1', 'r2'],
  ])
})

test('a release that one host cannot run is taken back on all of them', async () => {
  const before = await Promise.all([app.containerIds(), twin.containerIds()])
  await twin.writeOnServer('.env', 'SHOP_START_MS=60000\n', '600')
  const { result, report } = await underLoad(app, {}, async () =>
    underLoad(twin, {}, async () => app.deploy('v3')),
  )
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  expect(result.result.failure).toMatchObject({ code: 'SERVICE_UNHEALTHY', exitCode: 1 })
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await Promise.all([app.containerIds(), twin.containerIds()])).toEqual(before)
  expect(await Promise.all([one, two].map(releaseIds))).toEqual([
    ['r1', 'r2'],
    ['r1', 'r2'],
  ])
})

test('a rollback takes every host back to the same release, and no request fails on either', async () => {
  await twin.writeOnServer('.env', 'SHOP_GREETING=hello\n', '600')
  const { result, report } = await underLoad(app, {}, async () => underLoad(twin, {}, () => app.rollback()))
  expect(result.result.failure).toBeUndefined()
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  expect(result.result.plan?.restores).toEqual({ release: 'r1', tag: 'v1' })
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v1', 'v1'])
  const [ours, theirs] = await Promise.all([one, two].map(releaseIds))
  expect(ours).toEqual(theirs)
  expect(await Promise.all([app, twin].map(async (it) => (await it.containers()).length))).toEqual([3, 3])
})

async function releaseIds(server: TestServer): Promise<string[]> {
  const { stdout } = await server.run(['ls', `${app.path}/.dray/releases`])
  return stdout.trim().split('\n')
}
