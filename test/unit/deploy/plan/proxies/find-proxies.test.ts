import { describe, expect, test } from 'vitest'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import { findProxies, observeProxies } from '../../../../../src/deploy/plan/proxies/find-proxies.ts'
import { proxyOfCommand } from '../../../../../src/deploy/plan/proxies/recognise-proxy.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeResolved, fakeService } from '../../../../support/fake-app.ts'

type Seen = Partial<Pick<Container, 'command' | 'state' | 'oneOff' | 'isReadOnly'>> & {
  processes?: readonly string[]
}

/** The proxies of an app with one service `web`, as `KIND: CAUSE`, and the obstacle if there is one. */
function proxiesOf(image: string, seen?: Seen, imageCommand: readonly string[] = []) {
  const { processes, ...facts } = seen ?? {}
  const container = { id: 'c', service: 'web', state: 'running', oneOff: false, command: [], ...facts }
  const config = { ...fakeResolved(image).config, command: imageCommand }
  return findProxies({
    app: fakeApp([{ ...fakeProxy({ image }), name: 'web' }]),
    desired: fakeDesired(),
    containers: seen === undefined ? [] : [container as unknown as Container],
    neighbours: [],
    processes: new Map(processes === undefined ? [] : [['c', processes]]),
    caddies: new Map(),
    haproxies: new Map(),
    nginxes: new Map(),
    traefiks: new Map(),
    shells: new Set(),
    resolved: new Map([['web', { config }]]),
  }).map(({ kind, cause, obstacle }) => `${kind}: ${cause}${obstacle === undefined ? '' : `; ${obstacle}`}`)
}

describe('what a command line starts', () => {
  test.each([
    ['nginx', ['nginx', '-g', 'daemon off;']],
    ['nginx', ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;']],
    ['nginx', ['/usr/local/openresty/bin/openresty']],
    ['nginx', ['tini', '--', '/usr/sbin/nginx']],
    ['caddy', ['caddy', 'run', '--config', '/etc/caddy/Caddyfile']],
    ['haproxy', ['docker-entrypoint.sh', 'haproxy', '-W']],
    ['traefik', ['/entrypoint.sh', 'traefik', '--providers.docker']],
    ['other', ['docker-entrypoint.sh', 'postgres']],
    ['other', ['node', 'nginx.js']],
    ['other', ['/usr/bin/nginx-prometheus-exporter']],
    ['unknown', ['sh', '-c', 'exec nginx']],
    ['unknown', ['/start.sh']],
    ['unknown', ['/usr/bin/supervisord', '-n']],
    ['unknown', []],
  ])('%s: %j', (kind, argv) => {
    expect(proxyOfCommand(argv)).toBe(kind)
  })
})

describe('a running container is a proxy', () => {
  test('by the command that it was started with, whatever its image is called', () => {
    expect(proxiesOf('ghcr.io/acme/web:v1', { command: ['nginx', '-g', 'daemon off;'] })).toEqual([
      'nginx: nginx runs in its container',
    ])
  })

  test('by its processes, where the command does not show what runs', () => {
    const processes = ['sh /start.sh', 'nginx: master process nginx -g daemon off;', 'nginx: worker process']
    expect(proxiesOf('ghcr.io/acme/web:v1', { command: ['/start.sh'], processes })).toEqual([
      'nginx: nginx runs in its container',
    ])
    expect(proxiesOf('ghcr.io/acme/web:v1', { command: ['/start.sh'], processes: ['node app.js'] })).toEqual(
      [],
    )
  })

  test('by its image, where neither can be seen', () => {
    expect(proxiesOf('nginx:alpine', { command: ['/start.sh'] })).toEqual(['nginx: its image is nginx'])
  })

  test('but not one of an image named nginx that runs something else', () => {
    expect(proxiesOf('nginx:alpine', { command: ['sleep', 'infinity'] })).toEqual([])
    expect(proxiesOf('nginx:alpine', { command: ['sh', '-c', 'sleep 9'], processes: ['sleep 9'] })).toEqual(
      [],
    )
  })

  test('but not a stopped or a one-off one', () => {
    expect(proxiesOf('acme/web:v1', { command: ['nginx'], state: 'exited' })).toEqual([])
    expect(proxiesOf('acme/web:v1', { command: ['nginx'], oneOff: true })).toEqual([])
  })
})

describe('a service without a container is a proxy', () => {
  test.each([
    ['nginx', 'nginx:alpine'],
    ['nginx', 'nginxinc/nginx-unprivileged:1'],
    ['nginx', 'openresty/openresty:alpine'],
    ['nginx', 'ghcr.io/acme/nginx:v1'],
    ['caddy', 'caddy:2'],
    ['haproxy', 'haproxy:lts'],
    ['traefik', 'traefik:v3'],
  ])('%s by the name of its image: %s', (kind, image) => {
    expect(proxiesOf(image)[0]).toMatch(`${kind}: its image is ${kind}`)
  })

  test.each(['acme/nginx-exporter:1', 'nginx-like/other:1'])('but not by a name like %s', (image) => {
    expect(proxiesOf(image)).toEqual([])
  })

  test('by the command of its image', () => {
    expect(proxiesOf('acme/web:v1', undefined, ['/docker-entrypoint.sh', 'nginx'])).toEqual([
      'nginx: its image starts nginx',
    ])
  })
})

test('an obstacle says why dray cannot switch its traffic', () => {
  expect(proxiesOf('nginx', { command: ['nginx'], isReadOnly: true })).toEqual([
    'nginx: nginx runs in its container; its /etc/hosts is read-only, so dray cannot give it addresses',
  ])
})

test('inner proxies come first, then those with a port, then the one that dray.yml names', () => {
  const services = [
    fakeService('named', { image: 'acme/other:v1' }),
    { ...fakeProxy(), name: 'edge' },
    { ...fakeProxy({ publishedPorts: [] }), name: 'inner' },
  ]
  const desired = fakeDesired({ proxyService: 'named' })
  const facts = { app: fakeApp(services), desired, containers: [] }
  const found = findProxies({
    ...facts,
    neighbours: [],
    processes: new Map(),
    resolved: new Map(),
    caddies: new Map(),
    haproxies: new Map(),
    nginxes: new Map(),
    traefiks: new Map(),
    shells: new Set(),
  })
  expect(found.map(({ service, kind }) => `${service} ${kind}`)).toEqual([
    'inner nginx',
    'edge nginx',
    'named nginx',
  ])
})

test('only the processes of containers whose command does not show what runs are listed', async () => {
  const asked: string[] = []
  const commands = {
    a: ['nginx'],
    b: ['/start.sh'],
    c: ['docker-entrypoint.sh', 'postgres'],
    d: ['sh', '-c', 'x'],
  }
  const containers = Object.entries(commands).map(
    ([id, command]) => ({ id, command, state: 'running', oneOff: false }) as unknown as Container,
  )
  const processes = async (id: string) => {
    asked.push(id)
    return id === 'b' ? ['x'] : undefined
  }
  const exec = async () => ({ exitCode: 127, output: '' })
  expect(await observeProxies(containers, { processes, exec })).toEqual({
    processes: new Map([['b', ['x']]]),
    traefiks: new Map(),
    caddies: new Map(),
    haproxies: new Map(),
    nginxes: new Map([['a', undefined]]),
    shells: new Set(),
  })
  expect(asked).toEqual(['b', 'd'])
})
