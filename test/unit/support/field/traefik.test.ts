import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { counts } from '../../../support/images/field/traefik/docker.js'
import { configurationOf, mergeAll } from '../../../support/images/field/traefik/label-configuration.js'
import { parseRule } from '../../../support/images/field/traefik/rule.js'
import { readSettings } from '../../../support/images/field/traefik/settings.js'
import { throttle } from '../../../support/images/field/traefik/throttle.js'

const options = { exposedByDefault: false, allowEmptyServices: false, network: undefined }
const rule = 'Host(`shop.example.com`)'
const shopLabels = {
  'traefik.enable': 'true',
  'traefik.http.routers.shop.rule': rule,
  'traefik.http.services.shop.loadbalancer.server.port': '8000',
}

/** A container in the form of the Engine's inspect. */
function container(
  address: string,
  { labels = shopLabels, state = {} }: { labels?: object; state?: object } = {},
) {
  return {
    Name: `/shop-app-${address}`,
    Config: { Labels: labels, ExposedPorts: { '3000/tcp': {} } },
    State: { Running: true, ...state },
    HostConfig: { NetworkMode: 'shop_default' },
    NetworkSettings: { Ports: {}, Networks: { shop_default: { IPAddress: address } } },
  }
}

const merged = (...containers: ReturnType<typeof container>[]) =>
  mergeAll(containers.flatMap((it) => configurationOf(it, options)))

describe('containers', () => {
  test('that share a service are servers of it, in one route', () => {
    expect(merged(container('10.0.0.2'), container('10.0.0.3'))).toMatchObject({
      routers: { shop: { rule, service: 'shop' } },
      services: { shop: { servers: ['http://10.0.0.2:8000', 'http://10.0.0.3:8000'] } },
    })
  })

  test.each([
    ['starting', { Health: { Status: 'starting' } }],
    ['unhealthy', { Health: { Status: 'unhealthy' } }],
    ['stopped', { Running: false }],
  ])('that are %s have no server and no route', (_title, state) => {
    expect(merged(container('10.0.0.2', { state }))).toEqual({ routers: {}, services: {}, middlewares: {} })
  })

  test('that are healthy are taken', () => {
    const state = { Health: { Status: 'healthy' } }
    expect(merged(container('10.0.0.2', { state })).services).toMatchObject({
      shop: { servers: ['http://10.0.0.2:8000'] },
    })
  })

  test('whose routes differ take the route away from both', () => {
    const other = { ...shopLabels, 'traefik.http.routers.shop.rule': 'Host(`www.example.com`)' }
    const { routers, services } = merged(container('10.0.0.2'), container('10.0.0.3', { labels: other }))
    expect([Object.keys(routers), Object.keys(services)]).toEqual([[], ['shop']])
  })

  test('without a port in their labels listen on the lowest that the image exposes', () => {
    const labels = { 'traefik.enable': 'true', 'traefik.http.routers.shop.rule': rule }
    const { services } = merged(container('10.0.0.2', { labels }))
    expect(Object.values(services)).toMatchObject([{ servers: ['http://10.0.0.2:3000'] }])
  })
})

test.each([
  ['Host(`a.example.com`)', 'a.example.com', '/', true],
  ['Host(`a.example.com`)', 'b.example.com', '/', false],
  ['Host(`a.example.com`) && PathPrefix(`/api`)', 'a.example.com', '/api/x', true],
  ['Host(`a.example.com`) && !PathPrefix(`/api`)', 'a.example.com', '/api/x', false],
  ['Host(`b.example.com`) || (Host(`a.example.com`) && Path(`/x`))', 'a.example.com', '/x', true],
])('%s for %s%s', (text, host, path, matches) => {
  expect(parseRule(text)({ host, path })).toBe(matches)
})

test('a rule that is not known is refused by its name', () => {
  expect(() => parseRule('ClientIP(`10.0.0.0/8`)')).toThrow('does not know ClientIP')
})

test.each([
  ['start', true],
  ['die', true],
  ['health_status: healthy', true],
  ['kill', false],
  ['stop', false],
  ['exec_create: test', false],
])('the event %s counts: %s', (action, expected) => {
  expect(counts(action)).toBe(expected)
})

test('flags name entry points and the Docker provider', () => {
  const flags = [
    '--entryPoints.web.address=:8081',
    '--providers.docker=true',
    '--providers.docker.exposedByDefault=false',
  ]
  expect(readSettings(flags)).toMatchObject({
    entryPoints: { web: 8081 },
    throttleMs: 2000,
    docker: { exposedByDefault: false },
  })
})

describe('a configuration', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is used at once, the next one 2 s later, and of several the last', () => {
    const used: string[] = []
    const use = throttle(2000, (value: string) => used.push(value))
    for (const value of ['a', 'b', 'c']) use(value)
    expect(used).toEqual(['a'])
    vi.advanceTimersByTime(1999)
    expect(used).toEqual(['a'])
    vi.advanceTimersByTime(1)
    expect(used).toEqual(['a', 'c'])
    vi.advanceTimersByTime(10_000)
    use('c')
    expect(used).toEqual(['a', 'c'])
  })
})
