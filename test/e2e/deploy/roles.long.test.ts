import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
let app: TestApp
/** The same app as its people see it on the second server. */
let twin: TestApp

const tasks = {
  migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' },
  warm: { service: 'frontend', run: ['true'], when: 'after' },
}

const writeHosts = (...hosts: unknown[]): Promise<void> => {
  const environment = { hosts, path: app.path, rolling: { hosts: '25%', watch: '1s' } }
  const file = { app: 'twin', registry: 'ghcr.io/acme', environments: { test: environment }, tasks }
  return app.writeSource({ 'dray.yml': JSON.stringify(file) })
}

const twinServices = async () => (await twin.containers()).map(({ service }) => service)

beforeAll(async () => {
  twin = await TestApp.make({ net, name: 'twin', server: two })
  app = await TestApp.make({ net, name: 'twin', server: one })
})

afterAll(async () => {
  await Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]()))
})

test('a host with a role runs its services only, without a lost request, and a rollback brings the others back', async () => {
  await writeHosts(one.sshTarget, two.sshTarget)
  await app.mustDeploy('v2')
  await writeHosts({ host: two.sshTarget, services: ['backend'] }, one.sshTarget)
  const { result, report } = await underLoad(app, {}, () => app.mustDeploy('v3'))
  expectNoneFailed(report)
  expect(result.plan?.rolling).toBe(1)
  // Once each, on the first host that runs the service.
  expect(stepsOf(result, 'run-task').map(({ task, host }) => `${task} on ${host}`)).toEqual([
    `migrate on ${two.sshTarget}`,
    `warm on ${one.sshTarget}`,
  ])
  expect(await app.version()).toBe('v3')
  expect(await twinServices()).toEqual(['backend'])
  const before = await twin.containerIds()
  expect((await twin.compose('up', '-d')).exitCode).toBe(0)
  expect(await twin.containerIds()).toEqual(before)
  expect((await app.deploy('v3')).plan?.unchanged).toBe(true)

  const { result: back, report: underBack } = await underLoad(app, {}, () => app.rollback())
  expectNoneFailed(underBack)
  expect(back.failure).toBeUndefined()
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await twinServices()).toEqual(['backend', 'frontend', 'nginx'])
})
