import { describe, expect, test } from 'vitest'
import type { ProxyKind } from '../../../../../src/deploy/model/proxies/proxy.ts'
import { proxyStart, startWords } from '../../../../../src/deploy/model/proxies/proxy-start.ts'
import { buildTestArgv } from '../../../../../src/deploy/plan/proxies/plan-proxy-tests.ts'
import { fakeApp, fakeProxy, fakeService, withService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { shop, shopAtV1 } from '../../../../support/shop-world.ts'

test.each<[ProxyKind, string, string | undefined]>([
  ['nginx', '', 'nginx -t'],
  ['nginx', '/docker-entrypoint.sh nginx -g daemon_off;', 'nginx -t'],
  [
    'nginx',
    '/usr/local/openresty/bin/openresty -c /app/nginx.conf',
    '/usr/local/openresty/bin/openresty -t -c /app/nginx.conf',
  ],
  ['nginx', '/start.sh', 'nginx -t'],
  [
    'caddy',
    'caddy run --config /etc/caddy/Caddyfile --adapter caddyfile',
    'caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile',
  ],
  ['caddy', 'caddy run --config=/c --watch', 'caddy validate --config=/c'],
  ['caddy', 'caddy file-server', undefined],
  ['caddy', '/start.sh', undefined],
  ['haproxy', 'docker-entrypoint.sh haproxy -W -f /etc/haproxy.cfg', 'haproxy -c -W -f /etc/haproxy.cfg'],
  ['haproxy', '/start.sh', undefined],
  ['traefik', 'traefik --providers.docker', undefined],
])('%s that is started with `%s` is tested with `%s`', (kind, words, argv) => {
  expect(buildTestArgv(kind, words.split(' '))?.join(' ')).toBe(argv)
})

test.each<[ProxyKind, string | undefined, string | undefined, unknown]>([
  [
    'nginx',
    undefined,
    undefined,
    { words: ['/entry.sh', 'nginx', '-g', 'x;'], program: 'nginx', flag: '-t' },
  ],
  [
    'nginx',
    undefined,
    '/sbin/nginx',
    { words: ['/entry.sh', '/sbin/nginx'], program: '/sbin/nginx', flag: '-t' },
  ],
  ['nginx', '/start.sh', undefined, { words: ['/start.sh'], program: 'nginx', flag: '-t' }],
  ['haproxy', '/start.sh', 'a', { words: ['/start.sh', 'a'], program: 'haproxy', flag: '-c' }],
  ['caddy', 'env A=1 caddy', 'run', { words: ['env', 'A=1', 'the', 'test'], program: 'caddy' }],
  ['traefik', 'traefik', undefined, undefined],
])(
  '%s with entrypoint `%s` and command `%s` is tested by way of its start',
  (kind, entrypoint, command, start) => {
    const image = { entrypoint: ['/entry.sh'], command: ['/entry.sh', 'nginx', '-g', 'x;'] }
    const service = {
      ...(entrypoint && { entrypoint: entrypoint.split(' ') }),
      ...(command && { command: command.split(' ') }),
    }
    expect(proxyStart(kind, ['the', 'test'], startWords(service, image))).toEqual(start)
    expect(proxyStart(kind, ['the', 'test'], startWords({ command: ['nginx'] }, undefined))).toBeUndefined()
  },
)

const testsIn = async (world: FakeWorld): Promise<unknown[]> =>
  (await world.plan()).steps.filter(({ kind }) => kind === 'test-proxy')

describe('a proxy is tested', () => {
  test('if a file of it changes, with the names of every service', async () => {
    const world = await shopAtV1(
      undefined,
      fakeApp([fakeService('backend', { containerName: 'shop-api', aliases: ['api'] }), fakeProxy()]),
    )
    world.files = { 'nginx/conf.d/app.conf': 'server { listen 81; }' }
    expect(await testsIn(world)).toMatchObject([
      { proxy: 'nginx', argv: ['nginx', '-t'], names: ['backend', 'shop-api', 'api', 'nginx'] },
    ])
  })

  test('not if nothing of it changes, and not where a second container cannot be created', async () => {
    expect(await testsIn(await shopAtV1())).toEqual([])
    const world = await shopAtV1(undefined, withService(shop, 'nginx', { fixedAddress: true }))
    world.files = { 'nginx/conf.d/app.conf': 'server { listen 81; }' }
    expect(await testsIn(world)).toEqual([])
  })

  test('on a first release only before a task; a volume that another service fills makes it uncertain', async () => {
    const world = new FakeWorld(shop)
    expect(await testsIn(world)).toEqual([])
    const migrate = { name: 'migrate', serviceCandidates: ['backend'], argv: ['x'], when: 'before' } as const
    world.desired = { ...world.desired, tasks: [migrate] }
    expect(await testsIn(world)).toMatchObject([{ kind: 'test-proxy', proxy: 'nginx' }])
    const volumes = [{ name: 'certs', target: '/certs' }]
    world.app = fakeApp([fakeService('backend', { volumes }), fakeProxy({ volumes })])
    expect(await testsIn(world)).toMatchObject([{ kind: 'test-proxy', isUncertain: true }])
  })
})

describe('a proxy that rejects its new configuration', () => {
  const migrate = {
    name: 'migrate',
    serviceCandidates: ['backend'],
    argv: ['migrate'],
    when: 'before',
  } as const
  const rejected = { exitCode: 1, output: ['nginx: [emerg] unknown directive "proxy_pas"'] }

  test('fails the deploy before a task runs or a container starts', async () => {
    const world = await shopAtV1()
    world.desired = { ...world.desired, tasks: [migrate] }
    world.files = { 'nginx/conf.d/app.conf': 'proxy_pas' }
    world.host.tried = rejected
    expect(await world.failure()).toMatchObject({
      code: 'PROXY_CONFIG_INVALID',
      exitCode: 1,
      message: 'nginx rejects its new configuration.',
      details: { logOf: '`nginx -t` in nginx', logTail: rejected.output },
      undone: ['files restored'],
      notUndone: [],
      serving: 'Release r1 is serving, as before.',
    })
    expect(world.takeLog().filter((line) => /^(task|up)/.test(line))).toEqual([])
    expect(world.host.triedStart).toBeUndefined()
  })

  test('is named without values of variables in its command', async () => {
    const world = await shopAtV1()
    const command = ['nginx', '-c', '/etc/s3cret-words.conf', '-g', 'env TOKEN=s3cret-words;']
    world.app = fakeApp(world.app.services.map((it) => (it.name === 'nginx' ? { ...it, command } : it)))
    world.host.secretValue = 's3cret-words'
    world.files = { 'nginx/conf.d/app.conf': 'proxy_pas' }
    world.host.tried = rejected
    const { details } = await world.failure()
    expect(details.logOf).toBe('`nginx -t -c /etc/[value of KEY].conf` in nginx')
    expect(world.host.triedStart).toMatchObject({ flag: '-t' })
  })

  test.each([undefined, rejected])('is a warning if it could not be tested', async (tried) => {
    const volumes = [{ name: 'certs', target: '/certs' }]
    const world = new FakeWorld(fakeApp([fakeService('backend', { volumes }), fakeProxy({ volumes })]))
    world.desired = { ...world.desired, tasks: [migrate] }
    world.host.tried = tried
    await world.deploy()
    const text = `The configuration of nginx could not be tested before its start${tried === undefined ? '' : ': nginx: [emerg] unknown directive "proxy_pas"'}.`
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'note', level: 'warning', text }))
  })
})
