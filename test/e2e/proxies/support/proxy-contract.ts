import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProxyKind } from '../../../../src/deploy/model/proxies/proxy.ts'
import { TestApp } from '../../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../../support/app/under-load.ts'
import { keepLive } from '../../../support/load/keep-live.ts'
import type { LoadReport } from '../../../support/load/load-report.ts'
import { pushDerivedImage, type DerivedImage } from '../../../support/images/field/derive-image.ts'
import { layerOfFiles } from '../../../support/images/field/layer.ts'
import type { TestNet } from '../../../support/net/test-net.ts'

/** An image of the app's own with a proxy in it. */
export type OwnProxyImage = {
  /** Under `acme/`, in each of the versions that are deployed. */
  name: string
  from: DerivedImage['from']
  files: Readonly<Record<string, string>>
}

export type ProxyCase = {
  /** Of the app, and of the describe block. */
  name: string
  net: TestNet
  port: number
  /** Services besides `backend`, as indented YAML. */
  services: string
  /** More keys of `backend`, as indented YAML. */
  backend?: string
  files?: Readonly<Record<string, string>>
  images?: readonly OwnProxyImage[]
  /** The proxies that the plan names, in the order in which they are switched. */
  proxies: readonly { service: string; kind: ProxyKind }[]
  /**
   * The proxy resets connections that clients open in the milliseconds of its reload, as Caddy does: a few in a hundred at most. A request that is
   * lost behind the proxy is answered with 502, and fails the test as ever.
   */
  mayReset?: true
  /** The proxy passes WebSockets on. */
  passesWebSockets?: true
}

const versions = ['v1-abrupt', 'v2-abrupt', 'v3'] as const
const load = { connections: 0, slow: { every: 10, ms: 2000 } }

/** What dray does with every proxy that it can switch: the same for each, on real containers, under load. */
export function proxyContract(facts: ProxyCase): void {
  const { name, net, port, services, backend = '', files, images = [], proxies } = facts
  describe(`${name}: dray switches its traffic`, () => {
    const server = net.server('srv1')
    let app: TestApp

    beforeAll(async () => {
      for (const image of images) await pushVersions(net.registry.pushHost, image)
      app = await TestApp.make({
        net,
        server,
        name,
        port,
        files: { 'docker-compose.yml': composeOf(backend + services), ...files },
        // The last version fails when traffic is switched already.
        config: {
          // A WebSocket stays open for all of it; other requests take two seconds.
          services: { backend: { drain: '10s' } },
          tasks: { check: { service: 'backend', run: 'test "$APP_VERSION" != v3', when: 'after' } },
        },
      })
      await app.mustDeploy('v1-abrupt')
    })
    afterAll(() => app[Symbol.asyncDispose]())

    test('no request fails while a new release replaces an app that ends at once', async () => {
      const live = facts.passesWebSockets && (await keepLive(app.url))
      const { result, report } = await underLoad(app, load, () => app.mustDeploy('v2-abrupt'))
      expectServed(report, facts)
      if (live !== undefined) {
        // It is closed at a reload or with the old container, and is at once connected again.
        expect(await live.stop('v2-abrupt')).toEqual({ failures: [], versions: ['v1-abrupt', 'v2-abrupt'] })
      }
      expect(Object.keys(report.versions).sort()).toEqual(['v1-abrupt', 'v2-abrupt'])
      expect(result.plan?.proxies.map(({ service, kind }) => ({ service, kind }))).toEqual(proxies)
      for (const { service } of proxies) await expectClean(app, service)
    })

    test('no request fails while a release that fails after the switch is taken back', async () => {
      const before = await app.containerIds()
      const { result, report } = await underLoad(app, load, () => app.deploy('v3'))
      expect(result.failure).toMatchObject({ code: 'TASK_FAILED' })
      expectServed(report, facts)
      expect(Object.keys(report.versions).sort()).toEqual(['v2-abrupt', 'v3'])
      expect(await app.version()).toBe('v2-abrupt')
      expect(await app.containerIds()).toEqual(before)
      for (const { service } of proxies) await expectClean(app, service)
    })
  })
}

function expectServed(report: LoadReport, { mayReset }: Pick<ProxyCase, 'mayReset'>): void {
  if (!mayReset) {
    expectNoneFailed(report)
    return
  }
  expect(Object.keys(report.reasons).filter((reason) => reason !== 'ECONNRESET')).toEqual([])
  expect(report.failed).toBeLessThan(report.sent * 0.03)
  expect(report.succeeded).toBeGreaterThan(100)
}

function composeOf(more: string): string {
  return `services:
  backend:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s
      retries: 20
${more}`
}

async function pushVersions(pushHost: string, { name, from, files }: OwnProxyImage): Promise<void> {
  for (const tag of versions) {
    const layers = [await layerOfFiles(new Map([...Object.entries(files), ['/etc/version', tag]]))]
    const image = { pushHost, repository: `acme/${name}`, tag, layers, settings: {} }
    await pushDerivedImage({ ...image, ...(from && { from }) })
  }
}

/** Nothing of dray's is left in the proxy's container. */
async function expectClean(app: TestApp, service: string): Promise<void> {
  for (const id of await app.containerIds(service)) {
    expect(await app.server.docker('exec', id, 'cat', '/etc/hosts')).not.toContain('dray')
    expect(await app.server.docker('exec', id, 'ls', '/dev/shm')).toBe('')
  }
}
