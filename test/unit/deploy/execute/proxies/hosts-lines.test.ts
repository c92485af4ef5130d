import { describe, expect, test } from 'vitest'
import { listCallerLines, listHostsLines } from '../../../../../src/deploy/execute/proxies/hosts-lines.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import { fakeApp, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeContainers } from '../../../../support/fake-containers.ts'

const app = fakeApp([fakeService('api', { containerName: 'be' }), fakeProxy({ dependsOn: [] })])
const containers = new FakeContainers(() => Promise.resolve())
const proxy = containers.create(app, 'nginx', 'nginx:alpine')
const api = containers.create(app, 'api', 'ghcr.io/acme/api:v1')

const on = (aliases: readonly string[], facts: Partial<Container> = {}): Container => ({
  ...api,
  id: 'bead0123456789abcdef',
  networks: [{ name: 'shop_default', address: '10.0.0.9', aliases }],
  ...facts,
})

test('a container has its service, its fixed name and its aliases, and not its id', () => {
  expect(listHostsLines(on(['be', 'api', 'backend', 'bead01234567']), proxy)).toEqual([
    '10.0.0.9 api be backend',
    '10.0.0.9 api.shop_default be.shop_default backend.shop_default',
  ])
})

test('a stand-in has the fixed name of the real container', () => {
  const standIn = on(['api', 'be'], { name: 'shop.api.stand-in', oneOff: true, standIn: true })
  expect(listHostsLines(standIn, proxy)[0]).toBe('10.0.0.9 api shop.api.stand-in be')
})

test('a container on another network has no line', () => {
  const networks = [{ name: 'shop_back', address: '10.1.0.9', aliases: ['api'] }]
  expect(listHostsLines(on([], { networks }), proxy)).toEqual([])
})

describe('a container that shares two networks with the proxy', () => {
  const networks = [
    { name: 'shop_default', address: '10.0.0.9', aliases: ['api'] },
    { name: 'shop_back', address: '10.1.0.9', aliases: ['api', 'api.internal'] },
  ]
  const inBoth = { ...proxy, networks: networks.map((it) => ({ ...it, address: '10.9.0.1' })) }

  test('has the names that it has on the second alone, and each with the network', () => {
    expect(listHostsLines(on([], { networks }), inBoth)).toEqual([
      '10.0.0.9 api be',
      '10.0.0.9 api.shop_default be.shop_default',
      '10.1.0.9 api.internal',
      '10.1.0.9 api.shop_back be.shop_back api.internal.shop_back',
    ])
  })
})

test('a container on a network without IPv4 has its other address', () => {
  const networks = [{ name: 'shop_default', address: '', ipv6: 'fd00::9', aliases: ['api'] }]
  expect(listHostsLines(on([], { networks }), proxy)).toEqual([
    'fd00::9 api be',
    'fd00::9 api.shop_default be.shop_default',
  ])
})

test('a caller whose file is one of the host is not given names', () => {
  expect(listCallerLines([on(['api'])], proxy)).toEqual(listHostsLines(on(['api']), proxy))
  const caller = { ...proxy, mountPoints: ['/etc/hosts'] }
  expect(listCallerLines([on(['api'])], caller)).toEqual([])
})
