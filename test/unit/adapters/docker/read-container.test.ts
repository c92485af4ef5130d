import { expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { containerAnswer, readContainer } from '../../../../src/adapters/docker/read-container.ts'

function read(
  config: object = {},
  state: object = {},
  ports: object | null = null,
  more: object = {},
): Container {
  return readContainer(
    containerAnswer.parse({
      Id: 'abc',
      Name: '/shop-api-1',
      Created: '2026-01-02T03:04:05.123456789Z',
      Image: 'sha256:def',
      RestartCount: 2,
      State: {
        Status: 'running',
        ExitCode: 0,
        OOMKilled: false,
        StartedAt: '0001-01-01T00:00:00Z',
        ...state,
      },
      Config: { Image: 'acme/shop', Tty: false, Labels: null, ...config },
      NetworkSettings: { Ports: ports, Networks: { shop: { IPAddress: '10.0.0.2', Aliases: null } } },
      ...more,
    }),
  )
}

const second = 1_000_000_000

test('names, times and addresses are in our units', () => {
  expect(read()).toMatchObject({
    name: 'shop-api-1',
    restartCount: 2,
    createdAtMs: Date.parse('2026-01-02T03:04:05.123Z'),
    startedAtMs: 0,
    stopGraceMs: 10_000,
    publishedPorts: [],
    health: 'none',
    healthCheck: undefined,
    networks: [{ name: 'shop', address: '10.0.0.2', aliases: [] }],
  })
})

test('published ports are those of TCP, with the address of one that is published on one address only', () => {
  const ports = {
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '80' },
      { HostIp: '::', HostPort: '80' },
    ],
    '81/tcp': [{ HostIp: '10.0.0.5', HostPort: '8081' }],
    '53/udp': [{ HostIp: '10.0.0.5', HostPort: '53' }],
    '82/tcp': null,
  }
  expect(read({}, {}, ports)).toMatchObject({
    publishedPorts: [80, 80, 8081],
    portAddresses: { 8081: '10.0.0.5' },
  })
})

test('mount points are those of named volumes and of the host', () => {
  const Mounts = [
    { Type: 'volume', Name: 'shop_sockets', Destination: '/run/app' },
    { Type: 'volume', Name: 'a'.repeat(64), Destination: '/data' },
    { Type: 'bind', Source: '/srv/shop/conf', Destination: '/etc/app' },
    { Type: 'tmpfs', Destination: '/tmp' },
  ]
  expect(read({}, {}, null, { Mounts }).mountPoints).toEqual(['/run/app', '/etc/app'])
  expect(read({}, {}, null, { Mounts: null })).not.toHaveProperty('mountPoints')
})

test('a read-only mount at /etc/hosts counts as a read-only file system', () => {
  const mount = (Destination: string, RW: boolean) => ({
    Mounts: [{ Type: 'bind', Source: '/etc/hosts', Destination, RW }],
  })
  expect(read({}, {}, null, mount('/etc/hosts', false)).isReadOnly).toBe(true)
  expect(read({}, {}, null, mount('/etc/hosts', true)).isReadOnly).toBe(false)
  expect(read({}, {}, null, mount('/etc/app', false)).isReadOnly).toBe(false)
})

test('a container of docker compose run is a one-off', () => {
  expect(read({ Labels: { 'com.docker.compose.oneoff': 'True' } }).oneOff).toBe(true)
  expect(read({ Labels: { 'com.docker.compose.oneoff': 'False' } }).oneOff).toBe(false)
})

test('a one-off container with the label of dray is a stand-in', () => {
  const labels = { 'com.docker.compose.oneoff': 'True', 'dray.stand-in-of': 'api' }
  expect(read({ Labels: labels }).standIn).toBe(true)
  expect(read({ Labels: { ...labels, 'com.docker.compose.oneoff': 'False' } }).standIn).toBeUndefined()
  expect(read({ Labels: { 'com.docker.compose.oneoff': 'True' } }).standIn).toBeUndefined()
})

test.each([
  ['a program', ['CMD', 'curl', '-f', 'http://x/'], undefined, ['curl', '-f', 'http://x/']],
  ['a shell line', ['CMD-SHELL', 'curl -f x || exit 1'], undefined, ['/bin/sh', '-c', 'curl -f x || exit 1']],
  [
    'a shell line of an image with a shell of its own',
    ['CMD-SHELL', 'x'],
    ['/bin/ash', '-ec'],
    ['/bin/ash', '-ec', 'x'],
  ],
])('a health check may be %s', (_case, Test, Shell, argv) => {
  expect(read({ Healthcheck: { Test }, Shell }).healthCheck).toEqual({
    argv,
    intervalMs: 30_000,
    timeoutMs: 30_000,
    startPeriodMs: 0,
    retries: 3,
  })
})

test.each([[['NONE']], [[]], [null]])('a test of %j is no health check', (Test) => {
  expect(read({ Healthcheck: { Test } }).healthCheck).toBeUndefined()
})

test('the times of a health check are kept', () => {
  const check = {
    Test: ['CMD', 'x'],
    Interval: 10 * second,
    Timeout: 2 * second,
    StartPeriod: 5 * second,
    Retries: 7,
  }
  expect(read({ Healthcheck: check }, { Health: { Status: 'starting' } })).toMatchObject({
    health: 'starting',
    healthCheck: { intervalMs: 10_000, timeoutMs: 2000, startPeriodMs: 5000, retries: 7 },
  })
})
