import { expect, test } from 'vitest'
import { hostsLine } from '../../../../../src/deploy/execute/proxies/hosts-line.ts'
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
  expect(hostsLine(on(['be', 'api', 'backend', 'bead01234567']), proxy)).toEqual(['10.0.0.9 api be backend'])
})

test('a stand-in has the fixed name of the real container', () => {
  const standIn = on(['api', 'be'], { name: 'shop.api.stand-in', oneOff: true, standIn: true })
  expect(hostsLine(standIn, proxy)).toEqual(['10.0.0.9 api shop.api.stand-in be'])
})

test('a container on another network has no line', () => {
  const networks = [{ name: 'shop_back', address: '10.1.0.9', aliases: ['api'] }]
  expect(hostsLine(on([], { networks }), proxy)).toEqual([])
})
