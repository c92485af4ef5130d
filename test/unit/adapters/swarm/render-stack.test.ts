import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { modelSchema } from '../../../../src/adapters/compose/raw-model.ts'
import { renderJob, renderStack } from '../../../../src/adapters/swarm/render-stack.ts'
import type { StoredContent } from '../../../../src/adapters/swarm/stored-contents.ts'

const site = new TextEncoder().encode('server {}')
const hash = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex').slice(0, 12)

function render(
  model: object,
  orders: Record<string, 'start-first' | 'stop-first'> = {},
  stored: readonly StoredContent[] = [],
) {
  return renderStack(modelSchema.parse({ name: 'shop', ...model }), {
    path: '/srv/shop',
    stack: 'shop',
    orders,
    files: new Map([['nginx/site.conf', site]]),
    stored,
  })
}

const service = (web: object) =>
  (render({ services: { web } }).file as { services: { web: unknown } }).services.web

test('what Compose prints gets the form of a stack file', () => {
  expect(
    service({
      image: 'web@sha256:0',
      command: ['a', '$$HOME'],
      environment: { A: '1', UNSET: null },
      ports: [{ mode: 'ingress', target: 80, published: '8080', protocol: 'tcp' }],
      extra_hosts: ['db=10.0.0.2'],
      networks: { default: null, back: { aliases: ['www'] } },
      volumes: [
        { type: 'bind', source: '/srv/a', target: '/a', read_only: true, bind: { create_host_path: true } },
        { type: 'tmpfs', target: '/b', tmpfs: { size: '1048576' } },
      ],
      configs: [{ source: 'site', target: '/x', mode: '0440' }],
      healthcheck: { test: ['CMD', 'true'], start_interval: '1s' },
      container_name: 'web',
      depends_on: { db: { condition: 'service_healthy', required: true } },
      build: { context: '.' },
    }),
  ).toEqual({
    image: 'web@sha256:0',
    command: ['a', '$$HOME'],
    environment: { A: '1' },
    ports: [{ target: 80, published: 8080, protocol: 'tcp', mode: 'ingress' }],
    extra_hosts: ['db:10.0.0.2'],
    networks: { default: null, back: { aliases: ['www'] } },
    volumes: [
      { type: 'bind', source: '/srv/a', target: '/a', read_only: true },
      { type: 'tmpfs', target: '/b', tmpfs: { size: 1048576 } },
    ],
    configs: [{ source: 'site', target: '/x', mode: 0o440 }],
    healthcheck: { test: ['CMD', 'true'] },
    deploy: { update_config: { failure_action: 'pause' } },
  })
})

test('limits, replicas and restart are those that Compose has outside of deploy', () => {
  expect(
    service({ image: 'web', scale: 3, cpus: 0.5, mem_limit: '1024', pids_limit: 9, restart: 'on-failure:4' }),
  ).toMatchObject({
    deploy: {
      replicas: 3,
      resources: { limits: { cpus: '0.5', memory: '1024', pids: 9 } },
      restart_policy: { condition: 'on-failure', max_attempts: 4 },
    },
  })
  expect(service({ image: 'web', restart: 'no' })).toMatchObject({
    deploy: { restart_policy: { condition: 'none' } },
  })
})

test('what the file says of an update stays', () => {
  const update = { order: 'stop-first', failure_action: 'rollback', parallelism: 2 }
  const { file } = render(
    { services: { web: { image: 'web', deploy: { update_config: update } }, api: { image: 'api' } } },
    { web: 'start-first', api: 'start-first' },
  )
  expect(file).toMatchObject({
    services: {
      web: { deploy: { update_config: update } },
      api: { deploy: { update_config: { order: 'start-first', failure_action: 'pause' } } },
    },
  })
})

test('a config is named after its content; names that Swarm gives anyway are left out', () => {
  const { file, contents } = render({
    services: { web: { image: 'web' } },
    configs: {
      site: { file: '/srv/shop/nginx/site.conf' },
      text: { content: 'a$$b' },
      own: { external: true },
    },
    networks: { default: { name: 'shop_default', ipam: {} }, edge: { name: 'edge', external: true } },
    volumes: { data: { name: 'other', driver: 'local' } },
  })
  const [first, second] = [`shop_site-${hash(site)}`, `shop_text-${hash('a$b')}`]
  expect(contents.map(({ name }) => name)).toEqual([first, second])
  expect(file).toMatchObject({
    configs: {
      site: { external: true, name: first },
      text: { external: true, name: second },
      own: { external: true },
    },
    networks: { default: {}, edge: { external: true, name: 'edge' } },
    volumes: { data: { name: 'other', driver: 'local' } },
  })
})

test('contents that were read on the manager are named, and their values are not in the file', () => {
  const data = new TextEncoder().encode('s3cret-value')
  const stored: StoredContent[] = [
    { kind: 'secrets', key: 'db', name: 'shop_db-0123456789ab', data },
    { kind: 'configs', key: 'made', name: 'shop_made-0123456789ab', data },
  ]
  const model = {
    services: { web: { image: 'web', secrets: [{ source: 'db', target: '/run/db' }] } },
    secrets: { db: { name: 'shop_db', environment: 'DB' }, own: { external: true, name: 'team' } },
    // Older versions of Compose print the content, too.
    configs: { made: { environment: 'DB', content: 's3cret-value' } },
  }
  const { file, contents } = render(model, {}, stored)
  expect(contents).toEqual(stored)
  expect(file).toMatchObject({
    services: { web: { secrets: [{ source: 'db', target: '/run/db' }] } },
    secrets: {
      db: { external: true, name: 'shop_db-0123456789ab' },
      own: { external: true, name: 'team' },
    },
    configs: { made: { external: true, name: 'shop_made-0123456789ab' } },
  })
  expect(JSON.stringify(file)).not.toContain('s3cret-value')
})

test('the name of a config is cut to what Swarm takes, and stays that of its content', () => {
  const key = 'k'.repeat(70)
  const { contents } = render({
    services: { web: { image: 'web' } },
    configs: { [`${key}-a`]: { content: 'a' }, [`${key}-b`]: { content: 'b' } },
  })
  const names = contents.map(({ name }) => name)
  expect(names.map((name) => name.length)).toEqual([64, 64])
  expect(names.map((name) => name.slice(-12))).toEqual([hash('a'), hash('b')])
})

test('a job has the networks, values and place of its service, and neither its ports nor its names', () => {
  const rendered = render({
    services: {
      web: {
        image: 'web',
        environment: { A: '1' },
        ports: [{ target: 80, published: '80' }],
        healthcheck: { test: ['CMD', 'true'] },
        networks: { default: { aliases: ['www'] } },
        deploy: { replicas: 3, placement: { constraints: ['node.labels.data == true'] } },
      },
    },
  })
  expect(
    renderJob(rendered, { service: 'web', job: 'migrate', argv: ['echo', '$HOME'] })?.file,
  ).toMatchObject({
    services: {
      migrate: {
        image: 'web',
        environment: { A: '1' },
        command: ['echo', '$$HOME'],
        networks: { default: null },
        deploy: {
          mode: 'replicated-job',
          restart_policy: { condition: 'none' },
          placement: { constraints: ['node.labels.data == true'] },
        },
      },
    },
  })
  const text = JSON.stringify(renderJob(rendered, { service: 'web', job: 'migrate', argv: [] }))
  expect(text).not.toMatch(/ports|healthcheck|www|replicas/)
  expect(renderJob(rendered, { service: 'api', job: 'migrate', argv: [] })).toBeUndefined()
})
