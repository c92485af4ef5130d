import { describe, expect, test } from 'vitest'
import type { AppModel } from '../../../../../src/deploy/model/app-model.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const NGINX = ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;']

/** A world where release r1 runs, services with a proxy in their own images among it, and v2 is wanted. */
async function upgraded(app: AppModel, commands: Record<string, readonly string[]> = {}): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  for (const [service, command] of Object.entries(commands))
    world.host.containers.commands.set(service, command)
  await world.deploy()
  world.app = withTag(app, 'v2')
  return world
}

const linesOf = (text: string, kinds: RegExp): string[] => text.split('\n').filter((line) => kinds.test(line))

test('an own image that runs nginx and does not change is switched', async () => {
  const web = fakeService('web', { image: 'docker.io/acme/web:1', publishedPorts: ['80'] })
  const world = await upgraded(fakeApp([fakeService('api'), web]), { web: NGINX })
  const plan = await world.plan()
  expect(linesOf(planToText(plan), /^(start|recreate|switch)/)).toEqual([
    'start-beside api 1+1 (new image)',
    'switch-traffic web to api (containers of api change)',
  ])
  expect(plan.proxies).toEqual([
    { host: 'srv', service: 'web', kind: 'nginx', cause: 'nginx runs in its container', upstreams: ['api'] },
  ])
})

test('an own image that runs nginx, publishes the port and changes is recreated, then switched', async () => {
  const web = fakeService('web', { publishedPorts: ['80'] })
  const world = await upgraded(fakeApp([fakeService('api'), web]), { web: NGINX })
  expect(linesOf(planToText(await world.plan()), /^(start|recreate|switch)/)).toEqual([
    'start-beside api 1+1 (new image)',
    'recreate-services web=1 (new image; not rolled: it publishes port 80)',
    'switch-traffic web to api (containers of api change)',
  ])
})

test('a new proxy has the addresses of old containers, too, and is switched before they stop', async () => {
  const world = await upgraded(fakeApp([fakeService('api'), fakeService('db')]))
  const app = fakeApp([fakeService('api'), fakeService('db'), fakeProxy({ dependsOn: [] })])
  world.app = app
  const linesNow = async () => linesOf(planToText(await world.plan()), /^(start|recreate|switch|stop)/)
  expect(await linesNow()).toEqual(['recreate-services fresh nginx=1 (no container yet)'])
  world.app = withTag(app, 'v2')
  expect(await linesNow()).toEqual([
    'start-beside api 1+1, db 1+1 (new image)',
    'recreate-services fresh nginx=1 (no container yet)',
    'switch-traffic nginx to api, db (containers of api, db change)',
    'stop-old api-1 (replaced)',
    'stop-old db-1 (replaced)',
  ])
})

test('an inner proxy is rolled and switched before the proxy in front of it', async () => {
  const app = fakeApp([fakeProxy({ dependsOn: [] }), fakeService('inner'), fakeService('api')])
  const world = await upgraded(app, { inner: NGINX })
  expect(linesOf(planToText(await world.plan()), /^(start|recreate|switch|stop)/)).toEqual([
    'start-beside inner 1+1, api 1+1 (new image)',
    'switch-traffic inner to api (containers of api change)',
    'switch-traffic nginx to inner, api (containers of inner, api change)',
    'stop-old inner-1 (replaced)',
    'stop-old api-1 (replaced)',
  ])
})

test('a proxy is not switched for services that it shares no network with', async () => {
  const networks = { front: 'n1', back: 'n2' }
  const app = fakeApp(
    [
      fakeProxy({ networks: ['front'], dependsOn: [] }),
      fakeService('api', { networks: ['front', 'back'] }),
      fakeService('worker', { networks: ['back'] }),
    ],
    { networks },
  )
  const world = await upgraded(app)
  const plan = await world.plan()
  expect(linesOf(planToText(plan), /^switch/)).toEqual([
    'switch-traffic nginx to api (containers of api change)',
  ])
  expect(plan.proxies).toMatchObject([{ service: 'nginx', upstreams: ['api'] }])
})

describe('an nginx that is configured to reach only some services on its network', () => {
  const services = [
    fakeService('api'),
    fakeService('web', { aliases: ['site'] }),
    fakeService('nightly'),
    fakeProxy({ dependsOn: [] }),
  ]
  /** What a plan says of nginx, and what it does, with this configuration of the running one. */
  async function planned(
    app: string,
    {
      command = NGINX,
      changes = () => undefined,
    }: { command?: string[]; changes?: (world: FakeWorld) => void } = {},
  ) {
    const world = new FakeWorld(fakeApp(services))
    world.host.nginx = `# configuration file /etc/nginx/nginx.conf:\nhttp { ${app} }\n`
    world.host.containers.commands.set('nginx', command)
    await world.deploy()
    world.app = withTag(world.app, 'v2')
    changes(world)
    const plan = await world.plan()
    return {
      upstreams: plan.proxies.flatMap(({ upstreams }) => upstreams),
      switches: linesOf(planToText(plan), /^switch/),
    }
  }
  const all = {
    upstreams: ['api', 'web', 'nightly'],
    switches: ['switch-traffic nginx to api, web, nightly (containers of api, web, nightly change)'],
  }

  test('gets all their addresses, and the plan names those that it reaches', async () => {
    const app =
      'server { location / { proxy_pass http://api:8000; } location /s { proxy_pass http://site; } }'
    expect(await planned(app)).toEqual({
      upstreams: ['api', 'web'],
      switches: [
        'switch-traffic nginx to api, web, nightly, reaching api, web (containers of api, web change)',
      ],
    })
  })

  test('is reloaded if it reaches none of them', async () => {
    expect(await planned('server { root /srv; }')).toEqual({
      upstreams: [],
      switches: [
        'switch-traffic nginx to api, web, nightly, reaching none (containers on its networks change)',
      ],
    })
  })

  test.each([
    ['the name of a container', 'shop-api-1'],
    ['a name with its network', 'api.shop_default'],
  ])('is found to reach a service by %s', async (_, host) => {
    expect((await planned(`server { proxy_pass http://${host}:1; }`)).upstreams).toEqual(['api'])
  })

  test.each<[string, string, Parameters<typeof planned>[1]]>([
    ['a name is in a variable', 'server { set $to api; proxy_pass http://$to; }', {}],
    ['a host is no service, such as one of `extra_hosts`', 'server { proxy_pass http://backend; }', {}],
    [
      'it has other files than `nginx -T` prints',
      'server { }',
      { command: ['nginx', '-c', '/srv/nginx.conf'] },
    ],
    ['a script starts it', 'server { }', { command: ['/bin/sh', '-c', 'exec nginx -c "$FILE"'] }],
  ])('counts as reaching all of them if %s', async (_, app, more) => {
    expect(await planned(app, more)).toEqual(all)
  })

  test('counts as reaching all of them if its files change', async () => {
    const changes = (world: FakeWorld) => (world.files = { 'nginx/conf.d/app.conf': 'server { listen 81; }' })
    expect(await planned('server { }', { changes })).toEqual({
      ...all,
      switches: [
        'switch-traffic nginx to api, web, nightly (containers of api, web, nightly change; nginx/conf.d/app.conf changed)',
      ],
    })
  })
})

describe('a proxy that dray cannot switch', () => {
  test('has the services behind it recreated, with the reason', async () => {
    const app = fakeApp([fakeService('api'), fakeProxy({ image: 'traefik:v3', dependsOn: [] })])
    const { steps, warnings } = await (await upgraded(app)).plan()
    const why = 'traefik is in front of it; it may know the service from elsewhere than its labels'
    expect(steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
      `new image; not rolled: ${why}`,
    )
    expect(steps.map(({ kind }) => kind)).not.toContain('switch-traffic')
    expect(warnings).toContain(`api is briefly unavailable: ${why}.`)
  })

  test('does not keep a service from being rolled that dray.yml says to roll', async () => {
    const app = fakeApp([fakeService('api'), fakeProxy({ image: 'traefik:v3', dependsOn: [] })])
    const world = await upgraded(app)
    world.desired = { ...world.desired, rollout: { api: 'roll' } }
    expect((await world.plan()).steps.map(({ kind }) => kind)).toContain('start-beside')
  })

  test('because its /etc/hosts is read-only reloads when they are recreated', async () => {
    const app = fakeApp([fakeService('api'), fakeProxy({ dependsOn: [] })])
    const world = new FakeWorld(app)
    world.host.containers.readOnly.add('nginx')
    await world.deploy()
    world.app = withTag(app, 'v2')
    expect(linesOf(planToText(await world.plan()), /^(start|recreate|switch)/)).toEqual([
      'recreate-services api=1 (new image; not rolled: nginx is in front of it; its /etc/hosts is read-only, so dray cannot give it addresses)',
      'switch-traffic nginx (reload) to api (containers of api change)',
    ])
    await world.deploy()
    expect(world.takeLog()).toContain('turn nginx to nothing new')
  })

  test('is recreated when its mounted files change', async () => {
    const haproxy = fakeProxy({ image: 'haproxy:lts', mounts: [{ path: 'proxy', target: '/etc/haproxy' }] })
    const world = new FakeWorld(fakeApp([haproxy]))
    world.host.haproxy = 'alone'
    world.files = { 'proxy/haproxy.cfg': 'one' }
    await world.deploy()
    world.files = { 'proxy/haproxy.cfg': 'two' }
    expect((await world.plan()).steps.map(({ kind }) => kind)).toContain('recreate-services')
  })
})

test('nginx is recreated for files that it reads only when it starts', async () => {
  const app = fakeApp([fakeProxy({ mounts: [{ path: 'nginx/templates', target: '/etc/nginx/templates' }] })])
  const world = new FakeWorld(app)
  world.files = { 'nginx/templates/default.conf.template': 'one' }
  await world.deploy()
  world.files = { 'nginx/templates/default.conf.template': 'two' }
  expect((await world.plan()).steps.map(({ kind }) => kind)).toContain('recreate-services')
})

test('a failed deploy switches every proxy back, the inner ones first', async () => {
  const inner = fakeProxy({ image: 'nginx:1', publishedPorts: [], mounts: [], dependsOn: [] })
  const app = fakeApp([fakeProxy({ dependsOn: [] }), { ...inner, name: 'inner' }, fakeService('api')])
  const world = await upgraded(app)
  world.takeLog()
  world.host.answer = () => ({ status: 502 })
  await world.failure()
  expect(world.takeLog().filter((line) => line.startsWith('turn'))).toEqual([
    'turn inner to api-2',
    'turn nginx to api-2',
    'turn inner to api-1',
    'turn nginx to api-1',
  ])
})

/** Release r1 runs behind a proxy of another project, which dray.yml names. */
async function behindEdge(): Promise<FakeWorld> {
  const world = new FakeWorld(fakeApp([fakeService('api')]))
  world.files = {}
  await world.deploy()
  const { networks } = world.host.containers.get('api-1')
  const edge = {
    ...world.host.containers.get('api-1'),
    id: 'edge',
    name: 'edge-proxy-1',
    command: NGINX,
    networks,
  }
  world.host.neighbours = [{ project: 'edge', container: edge }]
  world.desired = { ...world.desired, proxyContainers: ['edge-proxy-1'] }
  world.app = withTag(world.app, 'v2')
  return world
}

test('an nginx of another project is switched if dray.yml names it', async () => {
  const world = await behindEdge()
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    pull-image api:v2 for api (not on the host)
    place-files docker-compose.yml docker-compose.override.yml (2 of 2 files differ)
    start-beside api 1+1 (new image)
    wait-healthy api (before receiving traffic)
    switch-traffic edge-proxy-1 to api (containers of api change)
    stop-old api-1 (replaced)
    record-release r2 (archived releases for rollback: 2)
    remove-old api-1 (the new release is recorded)
    verify-release api:v2=1 (before success is reported)"
  `)
})

test('a proxy of another project that dray.yml names is not there', async () => {
  const world = await behindEdge()
  world.host.neighbours = []
  expect(await world.failure()).toMatchObject({
    code: 'PROXY_UNKNOWN',
    exitCode: 3,
    message:
      'Container edge-proxy-1 (`proxy.containers` in dray.yml) is not a running proxy on a network of the app on srv.',
  })
  expect(world.host.running).toBe('api:v1#api-1')
})
