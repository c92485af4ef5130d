import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareImages } from '../../support/images/prepare.ts'
import { stackCompose, stackSite } from '../../support/app/stack-compose.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { formSwarm, joinSwarm } from '../../support/net/form-swarm.ts'
import { testToken } from '../../support/net/registry.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'

let net: TestNet & AsyncDisposable
let app: TestApp
const names = ['m1', 'm2', 'm3', 'w1'] as const
const server = (name: (typeof names)[number]) => net.server(name)

beforeAll(async () => {
  net = await startTestNet({ servers: Object.fromEntries(names.map((name) => [name, {}])) })
  await prepareImages({
    registryPushHost: net.registry.pushHost,
    only: (name) => /^(acme\/shop-backend|library\/nginx):/.test(name),
  })
  app = await TestApp.make({
    net,
    server: server('m1'),
    name: 'shop',
    files: { 'docker-compose.yml': stackCompose({ proxyNode: 'm1' }), 'nginx/stack.conf': stackSite },
    environment: { engine: 'swarm' },
    config: { tasks: { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } } },
  })
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

/** Ids, nodes and images of the tasks of a service that run. */
async function tasks(service = 'backend'): Promise<{ id: string; node: string; image: string }[]> {
  const format = '{{.ID}} {{.Node}} {{.Image}}'
  const filter = 'desired-state=running'
  const printed = await server('m1').docker(
    'service',
    'ps',
    '--no-trunc',
    '--filter',
    filter,
    '--format',
    format,
    `shop_${service}`,
  )
  return printed.split('\n').map((line) => {
    const [id = '', node = '', image = ''] = line.split(' ')
    return { id, node, image }
  })
}

const ids = async () => (await tasks()).map(({ id }) => id).sort()

test('a plan says what is missing, a deploy needs a manager, and other commands refuse', async () => {
  const planned = await app.dray(['plan', 'test', '--tag', 'v1'])
  expect(planned.stdout).toContain('is in no swarm yet: `docker swarm init`')
  expect((await app.deploy('v1')).failure).toMatchObject({ code: 'SWARM_INACTIVE', exitCode: 3 })
  // dray talks to m1, and m2 leads.
  await formSwarm([server('m2'), server('m1'), server('m3')], [server('w1')])
  const logs = await app.dray(['logs', 'test'])
  expect([logs.exitCode, logs.stderr]).toEqual([2, expect.stringContaining('SWARM_COMMAND')])

  await using other = await TestApp.make({ net, server: server('w1'), name: 'other' })
  const refused = await other.dray(['plan', 'test', '--tag', 'v1', '--engine', 'swarm'])
  expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('SWARM_NOT_MANAGER')])
  await using moved = await TestApp.make({ net, server: server('m1'), name: 'moved' })
  const { exitCode, stderr } = await moved.dray(['plan', 'test', '--tag', 'v1', '--engine', 'swarm'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('STACK_UNSUPPORTED')])
  expect(stderr).toContain('make each file a config')
})

test('every node pulls before Swarm starts anything, and no login stays in the swarm', async () => {
  const result = await app.mustDeploy('v1')
  expect(stepsOf(result, 'pull-on-nodes')).toHaveLength(2)
  expect(result.printed.join('\n')).toContain('migrating the schema to 3')
  expect(await app.version()).toBe('v1')
  const [image = ''] = stepsOf(result, 'pull-on-nodes').map(({ name }) => name)
  const login = Buffer.from(testToken).toString('base64').slice(0, 20)
  for (const name of names) {
    const format = '{{index .RepoDigests 0}}'
    expect(await server(name).docker('image', 'inspect', '--format', format, image)).toBe(image)
  }
  for (const name of ['m2', 'w1'] as const) {
    const search = ['grep', '-rlaF', '-e', testToken, '-e', login, '/var/lib/docker/swarm', '/run/docker']
    expect((await server(name).run(search)).stdout).toBe('')
  }
  const services = await server('m1').docker('service', 'ls', '--format', '{{.Name}}')
  expect(services.split('\n').sort()).toEqual(['shop_backend', 'shop_nginx'])
  const again = await app.mustDeploy('v1')
  expect(again.plan).toMatchObject({ unchanged: true, release: 'r1' })
})

test('a rolling update loses no request, and only what changed is replaced', async () => {
  const proxy = await tasks('nginx')
  const { result, report } = await underLoad(app, {}, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(result.probe).toMatchObject({ failures: 0 })
  expect(await app.version()).toBe('v2')
  expect(await tasks('nginx')).toEqual(proxy)
})

test('an unhealthy release is undone: the tasks that served stay, and the paused update ends', async () => {
  const before = await ids()
  const { result, report } = await underLoad(app, {}, () => app.deploy('v2-never-healthy'))
  expectNoneFailed(report)
  expect(result.failure).toMatchObject({
    code: 'STACK_PAUSED',
    exitCode: 1,
    serving: 'Release r2 (v2) is serving, as before.',
  })
  expect(result.failure?.undone).toContain('backend has its old definition again')
  expect(await ids()).toEqual(before)
  const state = await server('m1').docker(
    'service',
    'inspect',
    '--format',
    '{{.UpdateStatus.State}}',
    'shop_backend',
  )
  expect(state).toBe('completed')
})

test('a rollback and a move to another node need no registry', async () => {
  await net.registry.refuseConnections()
  const result = await app.rollback()
  expect(result.failure).toBeUndefined()
  expect(result.plan).toMatchObject({ restores: { release: 'r1', tag: 'v1' } })
  expect(await app.version()).toBe('v1')
  const from = (await tasks()).find(({ node }) => node !== 'm1')?.node ?? ''
  await server('m1').docker('node', 'update', '--availability', 'drain', from)
  await expect
    .poll(async () =>
      (await server('m1').docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')).split('\n'),
    )
    .toContain('shop_backend 2/2')
  expect((await tasks()).map(({ node }) => node)).not.toContain(from)
  expect(await app.version()).toBe('v1')
  await server('m1').docker('node', 'update', '--availability', 'active', from)
  await net.registry.clearFaults()
})

/** Resolves when Swarm has begun to update the backend. */
async function updating(): Promise<void> {
  const state = () =>
    server('m1').docker('service', 'inspect', '--format', '{{.UpdateStatus.State}}', 'shop_backend')
  await expect.poll(state, { interval: 200 }).toBe('updating')
}

test('the leader is lost during a deploy: the others elect one, and the deploy ends well', async () => {
  const { result, report } = await underLoad(app, {}, async () => {
    const deploying = app.deploy('v3')
    await updating()
    await server('m2').stopEngine()
    return deploying
  })
  await server('m2').startEngine()
  expect(result.failure).toBeUndefined()
  expect(await app.version()).toBe('v3')
  expectNoneFailed(report)
})

test('a node is lost during a deploy: its tasks start elsewhere, and the deploy ends well', async () => {
  const victim = (await tasks()).map(({ node }) => node).find((name) => name !== 'm1') as 'm2' | 'm3' | 'w1'
  const { result, report } = await underLoad(app, {}, async () => {
    const deploying = app.deploy('v2')
    await updating()
    await server(victim).cutLine()
    return deploying
  })
  await server(victim).mendLine()
  expect(result.failure).toBeUndefined()
  expect(await app.version()).toBe('v2')
  expectNoneFailed(report)
})

test('a node that joins later is named, and gets the images; a network that it cannot join is named as the cause', async () => {
  await expect.poll(() => server('m3').docker('node', 'ls', '--format', '{{.Status}}')).not.toContain('Down')
  await server('w1').docker('swarm', 'leave', '--force')
  await joinSwarm(server('w1'), server('m3'), 'worker')
  const planned = await app.dray(['plan', 'test', '--tag', 'v2'])
  expect(planned.stdout).toMatch(/w1 joined since r\d/)
  await app.mustDeploy('v2')

  await server('w1').docker('network', 'create', '--subnet', '10.99.7.0/24', 'taken')
  const late = `  late:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    networks: [late]
    deploy: { endpoint_mode: dnsrr, placement: { constraints: ["node.hostname == w1"] } }
networks:
  late: { ipam: { config: [{ subnet: 10.99.7.0/24 }] } }
configs:`
  const compose = stackCompose({ proxyNode: 'm1' }).replace('configs:\n  site', `${late}\n  site`)
  await app.writeSource({ 'docker-compose.yml': compose })
  const { failure } = await app.deploy('v2')
  expect(failure).toMatchObject({ code: 'STACK_NETWORK', exitCode: 1 })
  expect(failure?.message).toContain('Node w1 could not connect a task of late to its overlay network')
  expect(failure?.undone).toContain('late removed')
  expect(await app.version()).toBe('v2')
})
