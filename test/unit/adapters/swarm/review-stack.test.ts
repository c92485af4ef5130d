import { expect, test } from 'vitest'
import { modelSchema } from '../../../../src/adapters/compose/raw-model.ts'
import { reviewStack } from '../../../../src/adapters/swarm/review-stack.ts'
import { REFUSED_KEYS } from '../../../../src/shared/stack-keys.ts'

const review = (web: object, more: object = {}) =>
  reviewStack(modelSchema.parse({ name: 'shop', services: { web: { image: 'web:1', ...web } }, ...more }))

const keysOf = (found: readonly { key: string }[]): string[] => found.map(({ key }) => key)

test('an app that is the same as a stack has no obstacle', () => {
  const { obstacles, ignored } = review({
    ports: [{ target: 80, published: '8080' }],
    healthcheck: { test: ['CMD', 'true'], interval: '2s', retries: 4, start_period: '10s' },
    environment: { A: '1' },
    restart: 'unless-stopped',
    networks: { default: { aliases: ['www'] } },
  })
  expect([obstacles, ignored]).toEqual([[], []])
})

test.each(Object.entries(REFUSED_KEYS))('%s is refused, with what to do', (key, text) => {
  expect(review({ [key]: key === 'devices' ? ['/dev/fuse'] : 'x' }).obstacles).toEqual([
    { service: 'web', key, text },
  ])
})

test('a key that dray does not know is refused, and an empty one is not', () => {
  expect(keysOf(review({ brand_new: { a: 1 }, links: [], privileged: false, 'x-own': 1 }).obstacles)).toEqual(
    ['brand_new'],
  )
})

test('build is ignored beside an image, and refused without one', () => {
  expect(keysOf(review({ build: { context: '.' } }).ignored)).toEqual(['build'])
  expect(keysOf(review({ build: { context: '.' }, image: undefined }).obstacles)).toEqual(['build'])
})

test('a service that must be done before another starts is refused; one that must be healthy is named', () => {
  const on = (condition: string) => review({ depends_on: { db: { condition } } })
  expect(on('service_completed_successfully').obstacles[0]?.text).toContain('make it a task')
  expect(on('service_healthy').ignored[0]?.text).toContain('web must retry until db answers')
  expect(on('service_started')).toMatchObject({ obstacles: [], ignored: [] })
})

test('files beside the compose file become configs, and a volume has to stay on one node', () => {
  const bind = { type: 'bind', source: './nginx', target: '/etc/nginx/conf.d' }
  expect(review({ volumes: [bind] }).obstacles[0]?.text).toContain('file: ./nginx/FILE')
  const volume = { volumes: [{ type: 'volume', source: 'data', target: '/data' }] }
  expect(review(volume, { volumes: { data: {} } }).obstacles[0]?.text).toContain('node.labels.data == true')
  const placed = { ...volume, deploy: { placement: { constraints: ['node.labels.data == true'] } } }
  expect(review(placed, { volumes: { data: {} } }).obstacles).toEqual([])
  expect(review(volume, { volumes: { data: { driver_opts: { type: 'nfs' } } } }).obstacles).toEqual([])
  const host = { type: 'bind', source: '/srv/photos', target: '/photos' }
  expect(review({ volumes: [host] }).ignored[0]?.text).toContain('must exist on every node')
})

test('addresses of ports and of containers, ranges, bridges and IPv6 are refused', () => {
  const { obstacles } = review(
    {
      ports: [
        { target: 80, published: '80', host_ip: '127.0.0.1' },
        { target: 81, published: '8000-8010' },
      ],
      networks: { back: { ipv4_address: '10.0.0.2' } },
    },
    { networks: { back: { driver: 'bridge', enable_ipv6: true } } },
  )
  expect(keysOf(obstacles)).toEqual([
    'ports',
    'ports',
    'networks.back.ipv4_address',
    'networks.back.driver',
    'networks.back.enable_ipv6',
  ])
})

test('secrets and configs that dray cannot carry over are refused, external ones must exist', () => {
  const { obstacles, externals, contents } = review(
    {
      secrets: [{ source: 'key' }, { source: 'shared' }, { source: 'odd' }, { source: 'token' }],
      configs: [{ source: 'made' }, { source: 'site' }, { source: 'far' }],
    },
    {
      secrets: {
        key: { file: './key.txt' },
        token: { environment: 'TOKEN' },
        shared: { external: true, name: 'team-key' },
        odd: { driver: 'vault' },
        unused: { file: './no-such-file' },
      },
      configs: { made: { environment: 'X' }, site: { file: './site.conf' }, far: { file: '/etc/far' } },
      networks: { edge: { external: true } },
    },
  )
  expect(obstacles).toMatchObject([
    { key: 'secrets', text: expect.stringContaining('secret odd is neither') as string },
    { key: 'configs', text: expect.stringContaining('config far is neither') as string },
  ])
  expect(externals).toEqual([
    { kind: 'network', name: 'edge' },
    { kind: 'secret', name: 'team-key' },
  ])
  expect(contents).toEqual([
    { kind: 'configs', key: 'made', environment: 'X', services: ['web'] },
    { kind: 'secrets', key: 'key', file: './key.txt', services: ['web'] },
    { kind: 'secrets', key: 'token', environment: 'TOKEN', services: ['web'] },
  ])
})

test('times come from the health check and from update_config', () => {
  const { healthMs, watchMs, pauseMs, orders, hostPorts, stopMs } = review({
    stop_grace_period: '1m30s',
    healthcheck: { interval: '2s', retries: 4, start_period: '10s' },
    ports: [{ target: 80, published: '80', mode: 'host' }],
    deploy: { update_config: { order: 'stop-first', monitor: '30s', delay: '5s' } },
  })
  expect({ healthMs, watchMs, pauseMs, orders, hostPorts, stopMs }).toEqual({
    healthMs: { web: 20_000 },
    watchMs: { web: 30_000 },
    pauseMs: { web: 5_000 },
    orders: { web: 'stop-first' },
    hostPorts: ['web'],
    stopMs: { web: 90_000 },
  })
  expect(review({}).stopMs).toEqual({ web: 10_000 })
})

test('a job is refused: no deploy would run it again', () => {
  for (const mode of ['replicated-job', 'global-job'])
    expect(review({ deploy: { mode } }).obstacles).toMatchObject([{ service: 'web', key: 'deploy.mode' }])
  expect(review({ deploy: { mode: 'global' } }).obstacles).toEqual([])
})

const named = (name: string, services: readonly string[]) =>
  reviewStack(
    modelSchema.parse({ name, services: Object.fromEntries(services.map((it) => [it, { image: 'web:1' }])) }),
  ).obstacles

test('names that Swarm does not take are refused before anything is touched', () => {
  expect(named('shop', ['web', 'web_1', 'w'.repeat(58)])).toEqual([])
  expect(named('shop', ['web.v2', 'web-', 'w'.repeat(59)])).toMatchObject([
    { key: 'services.web.v2', text: expect.stringContaining('rename the service') as string },
    { key: 'services.web-' },
    { key: `services.${'w'.repeat(59)}`, text: expect.stringContaining('64 characters') as string },
  ])
  expect(named('p'.repeat(50), ['web'])).toEqual([])
  expect(named('p'.repeat(51), ['web'])).toMatchObject([{ key: 'name' }])
})

test('the files of configs are named, so that their size can be checked', () => {
  const { configFiles } = review(
    {},
    { configs: { site: { file: './nginx/site.conf' }, text: { content: 'x' }, own: { external: true } } },
  )
  expect(configFiles).toEqual([{ config: 'site', path: 'nginx/site.conf' }])
})
