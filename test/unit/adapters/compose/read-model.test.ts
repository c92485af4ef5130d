import { describe, expect, test } from 'vitest'
import { readAppModel } from '../../../../src/adapters/compose/read-model.ts'
import type { AppModel, ServiceModel } from '../../../../src/deploy/model/app-model.ts'

type Service = Readonly<Record<string, unknown>>

const stage = '/tmp/tmp.1/shop'

function modelOf(services: Readonly<Record<string, Service>>, facts: Service = {}): AppModel {
  const {
    plain = services,
    envFiles = {},
    contents,
    ...top
  } = facts as {
    plain?: Readonly<Record<string, Service>>
    envFiles?: Readonly<Record<string, string>>
    contents?: Readonly<Record<string, string>>
  }
  const text = (its: unknown): string => JSON.stringify({ name: 'shop', services: its, ...top })
  return readAppModel({
    model: text(services),
    plainModel: text(plain),
    stage,
    path: '/srv/shop',
    envFileHashes: new Map(Object.entries(envFiles)),
    contentHashes: contents && new Map(Object.entries(contents)),
  })
}

const serviceOf = (service: Service, facts: Service = {}): ServiceModel =>
  modelOf({ web: service }, facts).services[0]!

test.each<[string, Service, true | undefined]>([
  ['its directory', { source: stage }, true],
  ['its directory by its own name', { source: '/srv/shop' }, true],
  ['the one above', { source: '/tmp/tmp.1' }, true],
  ['one above by its own name', { source: '/srv/' }, true],
  ['the whole server', { source: '/' }, true],
  ["dray's own", { source: `${stage}/.dray/releases` }, true],
  ['its directory, to read', { source: stage, read_only: true }, undefined],
  ['a part of it', { source: `${stage}/data` }, undefined],
  ['another one', { source: '/srv/sh' }, undefined],
])('a service that mounts %s', (_, volume, writesDirectory) => {
  const service = serviceOf({ volumes: [{ type: 'bind', target: '/app', ...volume }] })
  expect(service.writesDirectory).toBe(writesDirectory)
})

test('external things that services use are read once, by their names on the host', () => {
  const web = {
    networks: { default: null, metrics: null },
    volumes: [{ type: 'volume', source: 'data', target: '/data' }],
    secrets: [{ source: 'key', target: 'key' }],
  }
  const { externals } = modelOf(
    { web, api: { networks: { metrics: null } } },
    {
      networks: { default: { name: 'shop_default' }, metrics: { external: true, name: 'shared-metrics' } },
      volumes: { data: { external: true, name: 'shop-data' }, unused: { external: true, name: 'unused' } },
      secrets: { key: { external: true, name: 'shop-key' } },
    },
  )
  expect(externals).toEqual([
    { kind: 'network', name: 'shared-metrics', services: ['web', 'api'] },
    { kind: 'volume', name: 'shop-data', services: ['web'] },
    { kind: 'secret', name: 'shop-key', services: ['web'] },
  ])
  expect(modelOf({ web: {} }).externals).toBeUndefined()
})

describe('a service is read as a deploy decides by it:', () => {
  test.each<[string, Service, Partial<ServiceModel>]>([
    [
      'nothing said',
      {},
      { replicas: 1, publishedPorts: [], restarts: false, healthCheck: 'from-image-or-none' },
    ],
    ['replicas', { deploy: { replicas: 3 } }, { replicas: 3 }],
    ['scale before replicas', { scale: 2, deploy: { replicas: 3 } }, { replicas: 2 }],
    ['no replicas', { deploy: { replicas: 0 } }, { replicas: 0 }],
    [
      'ports, of which only some are published',
      { ports: [{ target: 80, published: '8080' }, { target: 9000 }, { target: 1, published: '80-82' }] },
      { publishedPorts: ['8080', '80-82'] },
    ],
    ['a policy for failures only', { restart: 'on-failure:3' }, { restarts: false, retries: true }],
    ['a policy of Swarm', { deploy: { restart_policy: { condition: 'none' } } }, { restarts: false }],
    ['one for every end', { deploy: { restart_policy: {} } }, { restarts: true }],
    [
      'its program, and its other names',
      { entrypoint: ['/start'], command: ['--port', '$$PORT'], networks: { default: { aliases: ['api'] } } },
      { entrypoint: ['/start'], command: ['--port', '$PORT'], aliases: ['api'] },
    ],
    [
      'a port on one address of the host',
      {
        ports: [
          { target: 80, published: '80', host_ip: '10.0.0.5' },
          { target: 81, published: '81' },
        ],
      },
      { publishedPorts: ['80', '81'], portAddresses: { 80: '10.0.0.5' } },
    ],
    [
      'the parts of a health check, and labels of Traefik, without doubled dollar signs',
      {
        healthcheck: {
          test: ['CMD-SHELL', 'test $$PORT'],
          interval: '1m30s',
          start_period: '5s',
          retries: 4,
        },
        labels: { 'traefik.enable': 'true', 'traefik.http.routers.a.rule': 'Host(`$$`)', other: '1' },
      },
      {
        check: {
          argv: ['/bin/sh', '-c', 'test $PORT'],
          intervalMs: 90_000,
          startPeriodMs: 5_000,
          retries: 4,
        },
        traefikLabels: { 'traefik.enable': 'true', 'traefik.http.routers.a.rule': 'Host(`$`)' },
      },
    ],
    [
      'a health check without a shell',
      { healthcheck: { test: ['CMD', 'true'] } },
      { check: { argv: ['true'] } },
    ],
    ['memory of the host', { ipc: 'host' }, { sharesMemory: true }],
    [
      'a mount over the memory of a container',
      { volumes: [{ type: 'bind', source: '/dev/shm', target: '/dev/shm' }] },
      { sharesMemory: true },
    ],
    ['a fixed name', { container_name: 'web' }, { containerName: 'web' }],
    ['a network mode', { network_mode: 'host' }, { networkMode: 'host' }],
    ['an address', { networks: { default: { ipv4_address: '10.0.0.2' } } }, { fixedAddress: true }],
    ['a hardware address', { mac_address: '02:00:00:00:00:01' }, { fixedAddress: true }],
    ['an ordinary network', { networks: { default: null } }, { fixedAddress: false }],
    [
      'volumes',
      {
        volumes: [
          { type: 'volume', source: 'data', target: '/a' },
          { type: 'volume', target: '/b' },
          { type: 'tmpfs', target: '/c' },
        ],
      },
      {
        volumes: [
          { name: 'data', target: '/a' },
          { name: undefined, target: '/b' },
        ],
      },
    ],
    [
      'mounts from beside the compose file, and not those of the server',
      {
        volumes: [
          { type: 'bind', source: `${stage}/nginx/conf.d`, target: '/etc/nginx/conf.d' },
          { type: 'bind', source: '/etc/ssl', target: '/ssl' },
          { type: 'bind', source: `${stage}-other/x`, target: '/x' },
        ],
      },
      {
        mounts: [
          { path: 'nginx/conf.d', target: '/etc/nginx/conf.d' },
          { path: '../shop-other/x', target: '/x' },
        ],
      },
    ],
    ['restart: no', { restart: 'no' }, { restarts: false }],
    ['restart: unless-stopped', { restart: 'unless-stopped' }, { restarts: true }],
    ['a restart policy', { deploy: { restart_policy: { condition: 'any' } } }, { restarts: true }],
    ['a health check', { healthcheck: { test: ['CMD', 'true'] } }, { healthCheck: 'defined' }],
    ['a disabled check', { healthcheck: { disable: true } }, { healthCheck: 'disabled' }],
    ['a check of NONE', { healthcheck: { test: ['NONE'] } }, { healthCheck: 'disabled' }],
    ['a check with times only', { healthcheck: { interval: '1s' } }, { healthCheck: 'from-image-or-none' }],
  ])('%s', (_what, service, expected) => {
    expect(serviceOf(service)).toMatchObject(expected)
  })

  test('dependencies, but not those that no profile has switched on', () => {
    const depends_on = { db: { condition: 'service_healthy' }, debug: { condition: 'service_started' } }
    expect(modelOf({ web: { depends_on }, db: {} }).services[0]?.dependsOn).toEqual([
      { service: 'db', condition: 'service_healthy', restart: false },
    ])
  })

  test('that it restarts with a dependency', () => {
    const depends_on = { db: { condition: 'service_started', restart: true } }
    expect(modelOf({ web: { depends_on }, db: {} }).services[0]?.dependsOn).toEqual([
      { service: 'db', condition: 'service_started', restart: true },
    ])
  })

  test.each([
    [{ network_mode: 'service:web' }, { service: 'web', key: 'network_mode' }],
    [{ pid: 'service:web' }, { service: 'web', key: 'pid' }],
    [{ ipc: 'service:web' }, { service: 'web', key: 'ipc' }],
    [{ volumes_from: ['web:ro'] }, { service: 'web', key: 'volumes_from' }],
    [{ links: ['web:app'] }, { service: 'web', key: 'links' }],
  ])('that it is bound to the container of another one: %j', (service, binding) => {
    expect(serviceOf(service)).toMatchObject({ boundTo: [binding] })
  })

  test.each([{ network_mode: 'host' }, { pid: 'host' }, { volumes_from: ['container:other'] }])(
    'that it is bound to none: %j',
    (service) => {
      expect(serviceOf(service)).toMatchObject({ boundTo: [] })
    },
  )

  test('configurations and secrets that are files beside the compose file are mounts, too', () => {
    const web = { configs: [{ source: 'site', target: '/site.conf' }], secrets: [{ source: 'key' }] }
    const facts = {
      configs: { site: { name: 'x', file: `${stage}/site.conf` } },
      secrets: { key: { name: 'y', file: '/run/key' } },
    }
    expect(serviceOf(web, facts).mounts).toEqual([{ path: 'site.conf', target: '/site.conf' }])
  })
})

describe('the hash of a definition', () => {
  const base = { image: 'web:1', environment: { A: '1' }, deploy: { replicas: 1 }, volumes: [] }
  const hash = (service: Service, facts: Service = {}): string => serviceOf(service, facts).definitionHash

  test.each<[string, Service]>([
    ['the image', { ...base, image: 'web:2' }],
    ['the number of replicas', { ...base, deploy: { replicas: 4 } }],
    ['what it depends on', { ...base, depends_on: { web: { condition: 'service_started' } } }],
    ['the order of keys', { volumes: [], deploy: { replicas: 1 }, environment: { A: '1' }, image: 'web:1' }],
  ])('does not change with %s', (_what, service) => {
    expect(hash(service)).toBe(hash(base))
  })

  test.each<[string, Service]>([
    ['nothing but replicas', { replicas: 2, resources: {}, placement: {} }],
    ['one replica', { replicas: 1 }],
  ])('is that of a service without `deploy` if it says %s', (_what, deploy) => {
    expect(hash({ ...base, deploy })).toBe(hash({ ...base, deploy: undefined }))
  })

  test('is kept for a service with more in its `deploy`', () => {
    const limited = { resources: { limits: { memory: '1' } }, placement: {} }
    expect(hash({ ...base, deploy: { replicas: 3, ...limited } })).toBe(hash({ ...base, deploy: limited }))
    expect(hash({ ...base, deploy: limited })).not.toBe(hash(base))
  })

  test.each<[string, Service]>([
    ['a variable', { ...base, environment: { A: '2' } }],
    ['a command', { ...base, command: ['x'] }],
    ['a label', { ...base, labels: { a: 'b' } }],
  ])('changes with %s', (_what, service) => {
    expect(hash(service)).not.toBe(hash(base))
  })

  test('changes with the content of an env file that the service reads, and of no other', () => {
    const reads = { ...base, environment: { A: '1', DRAY_ENV_FILE_1: '.env' } }
    const before = hash(reads, { envFiles: { '.env': 'one', '.env.other': 'a' } })
    expect(hash(reads, { envFiles: { '.env': 'two', '.env.other': 'a' } })).not.toBe(before)
    expect(hash(reads, { envFiles: { '.env': 'one', '.env.other': 'b' } })).toBe(before)
  })

  test('does not change with the number that an env file happens to have', () => {
    const reads = (number: number): Service => ({
      ...base,
      environment: { [`DRAY_ENV_FILE_${number}`]: '.env' },
    })
    const facts = { envFiles: { '.env': 'one' } }
    expect(hash(reads(1), facts)).toBe(hash(reads(7), facts))
  })

  test('changes with the definition of a volume that it mounts', () => {
    const mounting = { ...base, volumes: [{ type: 'volume', source: 'data', target: '/a' }] }
    expect(hash(mounting, { volumes: { data: { driver: 'local' } } })).not.toBe(
      hash(mounting, { volumes: { data: { driver: 'nfs' } } }),
    )
  })
})

test('entries that depend on deploy-time values are pinned one by one', () => {
  const plain = {
    web: { environment: { TAG: 'latest', OTHER: '1' }, command: ['run', 'latest'], image: 'web:latest' },
  }
  const valued = { web: { environment: { TAG: 'v2', OTHER: '1' }, command: ['run', 'v2'], image: 'web:v2' } }
  expect(modelOf(valued, { plain }).pins).toEqual({
    web: { environment: { TAG: 'v2' }, command: ['run', 'v2'] },
  })
})

test('services whose `deploy` has only the number of replicas are listed with it', () => {
  const web = (deploy: Service, more: Service = {}): Service => ({ image: 'web:1', deploy, ...more })
  const services = {
    two: web({ replicas: 2, resources: {}, placement: {} }),
    three: web({ replicas: 3 }, { scale: 3 }),
    none: web({ replicas: 0 }),
    limited: web({ replicas: 2, resources: { limits: { memory: '1' } } }),
    unnumbered: web({ placement: {} }),
  }
  expect(modelOf(services).scales).toEqual({ two: 2, three: 3 })
  expect(modelOf({ limited: services.limited }).scales).toBeUndefined()
})

test('an invalid model is refused', () => {
  const texts = { model: '{}', plainModel: '', stage, path: '/', envFileHashes: new Map<string, string>() }
  expect(() => readAppModel(texts)).toThrow(expect.objectContaining({ code: 'COMPOSE_INVALID' }))
})

test('a health check with values of the deploy is not read: they are pinned', () => {
  const check = (test: string): Service => ({ healthcheck: { test: ['CMD', test] } })
  const { services, pins } = modelOf({ web: check('v2') }, { plain: { web: check('latest') } })
  expect(services[0]?.check).toBeUndefined()
  expect(pins['web']).toMatchObject({ healthcheck: { test: ['CMD', 'v2'] } })
})

describe('a secret or config that is the content of a variable', () => {
  const web = { secrets: [{ source: 'key' }], configs: [{ source: 'banner' }] }
  const top = { secrets: { key: { environment: 'API_KEY' } }, configs: { banner: { environment: 'BANNER' } } }
  const hashWith = (contents: Service): string => serviceOf(web, { ...top, contents }).definitionHash

  test('is part of the definition of the services that use it', () => {
    const before = hashWith({ API_KEY: 'h1', BANNER: 'h2' })
    expect(hashWith({ API_KEY: 'h1', BANNER: 'h2' })).toBe(before)
    expect(hashWith({ API_KEY: 'other', BANNER: 'h2' })).not.toBe(before)
    expect(hashWith({ API_KEY: 'h1', BANNER: 'other' })).not.toBe(before)
    const hashOfOther = (contents: Service) => serviceOf({}, { ...top, contents }).definitionHash
    expect(hashOfOther({ API_KEY: 'h1' })).toBe(hashOfOther({ API_KEY: 'other' }))
  })

  test('is refused without a value, which Compose would do only when it starts a container', () => {
    expect(() => hashWith({ API_KEY: 'h1' })).toThrow(
      'BANNER, the content of banner under `configs`, is not set in `.env`.',
    )
    expect(() => serviceOf({}, { ...top, contents: {} })).not.toThrow()
  })
})

test('what a service needs of the host is read, as Compose prints it', () => {
  const { needs } = serviceOf(
    {
      devices: [{ source: '/dev/dri', target: '/dev/dri' }, 'vendor.com/gpu=0', '/dev/snd:/dev/snd:rwm'],
      deploy: { resources: { limits: { cpus: 1.5 } } },
      runtime: 'nvidia',
      network_mode: 'container:vpn',
      pid: 'service:db',
      volumes_from: ['container:data:ro', 'db'],
      secrets: [{ source: 'key', target: '/run/secrets/key' }],
      networks: { back: { ipv4_address: '10.8.0.5' } },
      volumes: [
        { type: 'bind', source: `${stage}/data`, target: '/data', bind: { create_host_path: true } },
        { type: 'bind', source: '/srv/media', target: '/media', bind: {} },
        { type: 'volume', source: 'disk', target: '/disk' },
        { type: 'volume', source: 'plain', target: '/plain' },
      ],
    },
    {
      networks: { back: { name: 'shop_back', ipam: { config: [{ subnet: '10.8.0.0/16' }] } } },
      volumes: {
        disk: { name: 'shop_disk', driver_opts: { type: 'none', o: 'bind', device: '/mnt/disk' } },
        plain: {},
      },
      secrets: { key: { file: `${stage}/key.txt` } },
    },
  )
  expect(needs).toEqual({
    sources: [
      { path: '/dev/dri', isRequired: true },
      { path: '/dev/snd', isRequired: true },
      { path: '/mnt/disk', isRequired: true },
      { path: 'key.txt', isRequired: true },
      { path: 'data', isRequired: false },
      { path: '/srv/media', isRequired: true },
    ],
    cpus: 1.5,
    runtime: 'nvidia',
    containers: [
      { name: 'vpn', key: 'network_mode' },
      { name: 'data', key: 'volumes_from' },
    ],
    addresses: [{ network: 'shop_back', address: '10.8.0.5' }],
  })
  expect(serviceOf({ image: 'nginx' }).needs).toBeUndefined()
})

test('networks that Compose creates are read with their subnets, external ones are not', () => {
  const networks = {
    default: { name: 'shop_default', ipam: {} },
    back: { name: 'back', ipam: { config: [{ subnet: '10.8.0.0/16', gateway: '10.8.0.1' }] } },
    shared: { name: 'shared', external: true },
  }
  expect(modelOf({ web: {} }, { networks }).createdNetworks).toEqual([
    { name: 'shop_default', subnets: [] },
    { name: 'back', subnets: ['10.8.0.0/16'] },
  ])
})
