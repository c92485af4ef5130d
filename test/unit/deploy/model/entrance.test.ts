import { describe, expect, test } from 'vitest'
import { entryProxyOf, probeTargetOf } from '../../../../src/deploy/model/entrance.ts'
import type { ServiceModel } from '../../../../src/deploy/model/app-model.ts'
import type { DirectoryObservation } from '../../../../src/deploy/model/ports.ts'
import { findProxies } from '../../../../src/deploy/plan/proxies/find-proxies.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../support/fake-app.ts'

const named = (name: string, image: string, publishedPorts = ['80']) => ({
  ...fakeProxy({ image, publishedPorts }),
  name,
})

function observe(services: readonly ServiceModel[], desired = fakeDesired()) {
  const app = fakeApp(services)
  const proxies = findProxies({
    app,
    desired,
    containers: [],
    processes: new Map(),
    resolved: new Map(),
    caddies: new Map(),
    haproxies: new Map(),
  })
  return { directory: { app } as DirectoryObservation, proxies }
}

describe('the proxy that receives requests', () => {
  test('is the only one that publishes a port', () => {
    const services = [named('web', 'nginx'), named('inner', 'nginx', []), fakeService('api')]
    expect(entryProxyOf(observe(services), fakeDesired())).toBe('web')
  })

  test('is undefined without a port, and where two have one', () => {
    expect(entryProxyOf(observe([named('web', 'nginx', [])]), fakeDesired())).toBeUndefined()
    const two = [named('a', 'nginx'), named('b', 'nginx', ['81'])]
    expect(entryProxyOf(observe(two), fakeDesired())).toBeUndefined()
    expect(entryProxyOf(observe(two), fakeDesired({ proxyService: 'b' }))).toBe('b')
  })
})

describe('the URL that is asked for', () => {
  const targetOf = (ports: string[], probeUrl?: string) =>
    probeTargetOf(observe([named('web', 'nginx', ports)]), fakeDesired({ probeUrl }))

  test('is the configured one, which has to give 2xx or 3xx', () => {
    expect(targetOf(['80'], 'https://shop.example.com/health')).toEqual({
      url: 'https://shop.example.com/health',
      below: 400,
    })
  })

  test('is else the port of the proxy, where anything below 500 is an answer', () => {
    expect(targetOf(['443', '8080'])).toEqual({ url: 'http://localhost:8080/', below: 500 })
  })

  test('is undefined where only TLS or a range of ports is published', () => {
    expect(targetOf(['443'])).toBeUndefined()
    expect(targetOf(['8000-8010'])).toBeUndefined()
  })
})
