import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareImages } from '../../support/images/prepare.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const tags =
  /^(acme\/shop-(backend|frontend):(v1|v2|v2-never-healthy|v2-exits-at-once)|library\/nginx:alpine)$/
let net: TestNet & AsyncDisposable
let app: TestApp

beforeAll(async () => {
  net = await startTestNet({ servers: { old: { engine: '20.10' } } })
  await prepareImages({ registryPushHost: net.registry.pushHost, only: (name) => tags.test(name) })
  app = await TestApp.make({
    net,
    server: net.server('old'),
    name: 'shop',
    files: { 'docker-compose.yml': specCompose() },
  })
})

afterAll(() => net[Symbol.asyncDispose]())

test('on Engine 20.10, a first deploy serves, and by hand nothing changes', async () => {
  expect(await app.server.docker('version', '-f', '{{.Server.Version}}')).toMatch(/^20\.10\./)
  expect((await app.mustDeploy('v1')).outcome).toBe('deployed')
  expect(await app.version()).toBe('v1')
  const before = await app.containerIds()
  expect((await app.compose('up', '-d')).exitCode).toBe(0)
  expect(await app.containerIds()).toEqual(before)
  expect((await app.mustDeploy('v1')).outcome).toBe('unchanged')
})

test('on Engine 20.10, a bad release changes nothing, and no request fails', async () => {
  const before = await app.containerIds()
  const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy('v2-exits-at-once'))
  expect(result).toMatchObject({ exitCode: 1, failure: { code: 'SERVICE_EXITED' } })
  expectNoneFailed(report)
  expect(await app.containerIds()).toEqual(before)
})

test('on Engine 20.10, the next release takes over, and no request fails', async () => {
  const { report } = await underLoad(app, { connections: 0 }, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
  expect(await app.version()).toBe('v2')
  expect(await app.server.findOnDisk(testToken)).toEqual([])
  await app.server.docker('image', 'prune', '-f')
  expect((await app.compose('up', '-d', '--force-recreate')).exitCode).toBe(0)
})
