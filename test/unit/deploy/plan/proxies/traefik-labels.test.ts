import { describe, expect, test } from 'vitest'
import {
  isSameLabels,
  isTakenByLabels,
  makeStandInLabels,
  portsOfLabels,
} from '../../../../../src/deploy/plan/proxies/traefik-labels.ts'

const rule = { 'traefik.http.routers.api.rule': 'Host(`a.b`)' }

test.each<[expected: boolean | undefined, labels: Record<string, string>]>([
  [true, { 'traefik.enable': 'true' }],
  [false, { 'traefik.enable': 'false', ...rule }],
  [true, rule],
  [true, { 'traefik.tcp.routers.db.rule': 'HostSNI(`*`)' }],
  [undefined, { 'traefik.docker.network': 'edge' }],
  [undefined, {}],
])('Traefik takes a container by its labels: %s, %j', (expected, labels) => {
  expect(isTakenByLabels(labels)).toBe(expected)
})

test('labels are the same whatever the case and order of their names', () => {
  expect(isSameLabels({ 'traefik.Enable': 'true', ...rule }, { ...rule, 'traefik.enable': 'true' })).toBe(
    true,
  )
  expect(isSameLabels(rule, {})).toBe(false)
})

test('the ports of labels are known', () => {
  expect(portsOfLabels({ ...rule, 'traefik.http.services.api.loadbalancer.server.port': '8000' })).toEqual([
    8000,
  ])
})

describe('the labels of a stand-in', () => {
  test('repeat each router with a higher priority and a service of its own', () => {
    const labels = {
      ...rule,
      'traefik.http.routers.api.middlewares': 'gzip',
      'traefik.http.routers.admin.rule': 'Host(`a.b`) && Path(`/admin`)',
      'traefik.http.routers.admin.priority': '70',
      'traefik.http.routers.admin.service': 'api',
      'traefik.http.services.api.loadbalancer.server.port': '8000',
    }
    expect(makeStandInLabels(labels, [])).toEqual({
      'traefik.http.routers.api-dray.rule': 'Host(`a.b`)',
      'traefik.http.routers.api-dray.middlewares': 'gzip',
      'traefik.http.routers.api-dray.priority': '12',
      'traefik.http.routers.api-dray.service': 'api-dray',
      'traefik.http.routers.admin-dray.rule': 'Host(`a.b`) && Path(`/admin`)',
      'traefik.http.routers.admin-dray.priority': '71',
      'traefik.http.routers.admin-dray.service': 'api-dray',
      'traefik.http.services.api-dray.loadbalancer.server.port': '8000',
      'traefik.http.services.api-dray.loadbalancer.passhostheader': 'true',
    })
  })

  test('define a service where the labels leave that to Traefik', () => {
    expect(makeStandInLabels(rule, [])).toMatchObject({
      'traefik.http.routers.api-dray.service': 'api-dray',
      'traefik.http.services.api-dray.loadbalancer.passhostheader': 'true',
    })
  })

  test.each<[title: string, labels: Record<string, string>, others?: Record<string, string>[]]>([
    ['there is no router', { 'traefik.enable': 'true' }],
    ['a router has no rule', { 'traefik.http.routers.api.entrypoints': 'web' }],
    ['there is TCP', { ...rule, 'traefik.tcp.routers.db.rule': 'HostSNI(`*`)' }],
    ['the service is elsewhere', { ...rule, 'traefik.http.routers.api.service': 'api@file' }],
    [
      'there are several services',
      { ...rule, 'traefik.http.services.a.x': '', 'traefik.http.services.b.x': '' },
    ],
    ['another router has that priority', rule, [{ 'traefik.http.routers.web.rule': 'Host(`aa.b`)' }]],
  ])('do not exist if %s', (_title, labels, others = []) => {
    expect(makeStandInLabels(labels, others)).toBeUndefined()
  })
})
