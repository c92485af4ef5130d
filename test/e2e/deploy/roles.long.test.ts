import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestApp } from '../../support/app/test-app.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
let app: TestApp
/** The same app as its people see it on the second server. */
let twin: TestApp

const writeHosts = (...hosts: unknown[]): Promise<void> => {
  const environment = { hosts, path: app.path, rolling: { hosts: 1, watch: '1s' } }
  const file = { app: 'twin', registry: 'ghcr.io/acme', environments: { test: environment } }
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

test('a host with a role runs its services only, and a rollback brings the others back', async () => {
  await writeHosts(one.sshTarget, two.sshTarget)
  await app.mustDeploy('v2')
  await writeHosts(one.sshTarget, { host: two.sshTarget, services: ['backend'] })
  await app.mustDeploy('v3')
  expect(await app.version()).toBe('v3')
  expect(await twinServices()).toEqual(['backend'])
  const before = await twin.containerIds()
  expect((await twin.compose('up', '-d')).exitCode).toBe(0)
  expect(await twin.containerIds()).toEqual(before)
  expect((await app.deploy('v3')).plan?.unchanged).toBe(true)

  const back = await app.rollback()
  expect(back.failure).toBeUndefined()
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await twinServices()).toEqual(['backend', 'frontend', 'nginx'])
})
