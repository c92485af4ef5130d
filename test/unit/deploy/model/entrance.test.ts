import { describe, expect, test } from 'vitest'
import { entryProxyOf, probeTargetOf } from '../../../../src/deploy/model/entrance.ts'
import type { ServiceModel } from '../../../../src/deploy/model/app-model.ts'
import type { HostObservation } from '../../../../src/deploy/model/observation.ts'
import type { DirectoryObservation } from '../../../../src/deploy/model/ports.ts'
import { findProxies } from '../../../../src/deploy/plan/proxies/find-proxies.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../support/fake-app.ts'

type Seen = Pick<HostObservation, 'entrances' | 'silentPorts'>

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
    neighbours: [],
    processes: new Map(),
    resolved: new Map(),
    caddies: new Map(),
    haproxies: new Map(),
    nginxes: new Map(),
    traefiks: new Map(),
    shells: new Set(),
  })
  return { directory: { app } as DirectoryObservation, proxies, entrances: [], silentPorts: [] }
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
  const targetOf = (ports: string[], probeUrl?: string | false, seen: Partial<Seen> = {}) =>
    probeTargetOf({ ...observe([named('web', 'nginx', ports)]), ...seen }, fakeDesired({ probeUrl }))

  test('is the configured one, which has to give 2xx or 3xx', () => {
    expect(targetOf(['80'], 'https://shop.example.com/health')).toEqual({
      url: 'https://shop.example.com/health',
      below: 400,
    })
  })

  test('is else the port of the proxy, where anything below 500 is an answer', () => {
    const answered = { url: 'http://localhost:8080/', below: 500 }
    expect(targetOf(['443', '8080'], undefined, { entrances: [answered] })).toEqual(answered)
  })

  test('is a guess where nothing answered because nothing ran', () => {
    expect(targetOf(['80'])).toEqual({ url: 'http://localhost:80/', below: 500, guess: true })
  })

  test('is undefined where the port of the proxy answered nothing', () => {
    const silentPorts = [{ url: 'http://localhost:80/', error: 'socket hang up' }]
    expect(targetOf(['80'], undefined, { silentPorts })).toBeUndefined()
  })

  test('is the address on which the port is published', () => {
    const web = { ...named('web', 'nginx', ['80']), portAddresses: { 80: '10.0.0.5' } }
    expect(probeTargetOf(observe([web]), fakeDesired())).toMatchObject({
      url: 'http://10.0.0.5:80/',
      fromHost: true,
    })
  })

  test('is undefined with `probe: false`', () => {
    expect(targetOf(['80'], false)).toBeUndefined()
  })

  test('is undefined where only TLS or a range of ports is published', () => {
    expect(targetOf(['443'])).toBeUndefined()
    expect(targetOf(['8000-8010'])).toBeUndefined()
  })
})
