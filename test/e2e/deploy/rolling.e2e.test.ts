import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { endOf } from '../../support/app/deploy-result.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv1')
const load = { ratePerSecond: 100 }
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'rolling',
    files: { 'docker-compose.yml': specCompose() },
    envFile: '',
  })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

describe('under 200 requests a second, from one version to another, no request fails', () => {
  test('with a connection for each request, GET and POST', async () => {
    const { result, report } = await underLoad(app, { ...load, connections: 0 }, () => app.deploy('v2'))
    expect(result.failure).toBeUndefined()
    expectNoneFailed(report)
    expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
    expect(result.probe).toMatchObject({ failures: 0 })
  })

  test('with requests that take two seconds', async () => {
    const { report } = await underLoad(app, { ...load, connections: 0, slow: { every: 10, ms: 2000 } }, () =>
      app.mustDeploy('v1'),
    )
    expectNoneFailed(report)
    expect(report.latencyMs.max).toBeGreaterThan(1900)
  })

  test('with clients that keep their connections', async () => {
    const { report } = await underLoad(app, { ...load, connections: 20 }, () => app.mustDeploy('v2'))
    expectNoneFailed(report)
  })

  test('with an app that ends at once on SIGTERM, and requests that take two seconds', async () => {
    await app.mustDeploy('v1-abrupt')
    const { report } = await underLoad(app, { ...load, connections: 0, slow: { every: 10, ms: 2000 } }, () =>
      app.mustDeploy('v2-abrupt'),
    )
    expectNoneFailed(report)
    expect(Object.keys(report.versions).sort()).toEqual(['v1-abrupt', 'v2-abrupt'])
    expect(await app.version()).toBe('v2-abrupt')
  })
})

describe('no request is answered', () => {
  test('by the new version before it was healthy, although it is at another address', async () => {
    const [before] = await app.containers('backend')
    const { result, report } = await underLoad(app, { ...load, connections: 0 }, () => app.mustDeploy('v3'))
    expectNoneFailed(report)
    const [after] = await app.containers('backend')
    expect(after?.address).not.toBe(before?.address)
    const healthyAt = endOf(result, 'wait-healthy')
    expect(report.versions['v3']?.firstAtMs).toBeGreaterThan(healthyAt)
  })

  test('by the old version after the deploy has returned', async () => {
    const { result, report } = await underLoad(app, { ...load, connections: 0 }, async () => {
      const deployed = await app.mustDeploy('v1')
      return { deployed, returnedAt: Date.now() }
    })
    expectNoneFailed(report)
    expect(report.versions['v3']?.lastAtMs).toBeLessThan(result.returnedAt)
    expect(await app.version()).toBe('v1')
  })
})

describe('with three replicas of the backend', () => {
  test('no request fails, and three of the new version serve', async () => {
    const compose = specCompose().replace(
      '    restart: unless-stopped',
      '    deploy: { replicas: 3 }\n    restart: unless-stopped',
    )
    await app.writeSource({ 'docker-compose.yml': compose })
    await app.mustDeploy('v1')
    expect(await app.containers('backend')).toHaveLength(3)
    const { report } = await underLoad(app, { ...load, connections: 0 }, () => app.mustDeploy('v2'))
    expectNoneFailed(report)
    expect(await app.containers('backend')).toHaveLength(3)
    const answers = await Promise.all(Array.from({ length: 12 }, () => fetch(`${app.url}/api/version`)))
    const containers = await Promise.all(
      answers.map(async (it) => (await it.json()) as { container: string; version: string }),
    )
    expect(new Set(containers.map((it) => it.version))).toEqual(new Set(['v2']))
    expect(new Set(containers.map((it) => it.container)).size).toBe(3)
  })
})
