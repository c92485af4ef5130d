import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { stackCompose, stackSite } from '../../support/app/stack-compose.ts'
import { nodeNames, startSwarmApp, type NodeName, type SwarmApp } from '../../support/app/swarm-app.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { formSwarm } from '../../support/net/form-swarm.ts'
import { testToken } from '../../support/net/registry.ts'

let swarm: SwarmApp
let app: TestApp
const server = (name: NodeName) => swarm.server(name)

beforeAll(async () => {
  swarm = await startSwarmApp()
  app = swarm.app
})

afterAll(() => swarm[Symbol.asyncDispose]())

test('a plan says what is missing, a deploy needs a manager, and other commands refuse', async () => {
  const planned = await app.dray(['plan', 'test', '--tag', 'v1'])
  expect(planned.stdout).toContain('is in no swarm yet: `docker swarm init`')
  expect((await app.deploy('v1')).failure).toMatchObject({ code: 'SWARM_INACTIVE', exitCode: 3 })
  // dray talks to m1, and m2 leads.
  await formSwarm([server('m2'), server('m1'), server('m3')], [server('w1')])
  const compose = await app.dray(['compose', 'test', 'ps'])
  expect([compose.exitCode, compose.stderr]).toEqual([2, expect.stringContaining('docker stack ps shop')])

  await using other = await TestApp.make({ net: swarm.net, server: server('w1'), name: 'other' })
  const refused = await other.dray(['plan', 'test', '--tag', 'v1', '--engine', 'swarm'])
  expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('SWARM_NOT_MANAGER')])
  await using moved = await TestApp.make({ net: swarm.net, server: server('m1'), name: 'moved' })
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
  for (const name of nodeNames) {
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
  const proxy = await swarm.tasks('nginx')
  const { result, report } = await underLoad(app, {}, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(result.probe).toMatchObject({ failures: 0 })
  // nginx keeps an address for a second, at which the old task may still finish its requests.
  await expect.poll(() => app.version()).toBe('v2')
  expect(await swarm.tasks('nginx')).toEqual(proxy)
})

test('a deploy that changes only a config updates the service that uses it, and a rollback puts the old one back', async () => {
  const before = await swarm.tasks()
  const answered = async () => (await fetch(`${app.url}/config`)).text()
  const site = stackSite.replace('location /', 'location /config { return 200 second; }\n    location /')
  await app.writeSource({ 'nginx/stack.conf': site })
  const { plan } = await app.mustDeploy('v2')
  expect(plan?.unchanged).toBe(false)
  expect(await answered()).toBe('second')
  expect(await swarm.tasks()).toEqual(before)
  expect((await app.rollback()).failure).toBeUndefined()
  expect(await answered()).not.toBe('second')
})

test('a renamed service gets the port of the old one, and an undo gives it back', async () => {
  const compose = stackCompose({ proxyNode: 'm1' }).replace('  nginx:\n', '  front:\n')
  await app.writeSource({ 'docker-compose.yml': compose })
  const before = await app.version()
  const { failure } = await app.deploy('v2-never-healthy')
  expect(failure).toMatchObject({ code: 'STACK_PAUSED', exitCode: 1 })
  expect(failure?.undone).toEqual(expect.arrayContaining(['front removed', 'nginx created again']))
  expect(failure?.serving).toContain('is serving, as before.')
  expect(await app.version()).toBe(before)

  const { plan } = await app.mustDeploy('v2')
  expect(plan?.warnings.join()).toContain('nginx is removed before front gets its port 80')
  await expect.poll(() => app.version()).toBe('v2')
  const services = await server('m1').docker('service', 'ls', '--format', '{{.Name}}')
  expect(services.split('\n').sort()).toEqual(['shop_backend', 'shop_front'])
})

test('remove leaves nothing of the stack', async () => {
  const { exitCode, stdout, stderr } = await app.dray(['remove', 'test', '--env', '--yes'])
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('shop_backend') as string,
  })
  expect(stdout).toContain('2 services, 1 network, 1 config. /srv/shop is empty.')
  const list = (...args: string[]) => server('m2').docker(...args)
  expect(await list('service', 'ls', '--quiet')).toBe('')
  expect(await list('config', 'ls', '--quiet')).toBe('')
  expect(await list('secret', 'ls', '--quiet')).toBe('')
  expect(await list('network', 'ls', '--quiet', '--filter', 'name=shop_')).toBe('')
  for (const name of nodeNames) {
    const containers = (...all: string[]) => server(name).docker('ps', '-q', ...all, '--filter', 'name=shop_')
    expect(await containers()).toBe('')
    // A node removes a container a moment after it has stopped.
    await expect.poll(() => containers('-a')).toBe('')
  }
  // dray.yml lists no nodes: the images of the manager go, and the plan names the nodes that keep theirs.
  const images = (name: NodeName) =>
    server(name).docker('image', 'ls', '--quiet', '--digests', 'ghcr.io/acme/shop-backend')
  expect([await images('m1'), await images('m2')]).toEqual(['', expect.stringMatching(/\w/)])
  expect(stderr.replace(/\s+/g, ' ')).toContain('on nodes m2, m3, w1, to which dray is not connected')
  const again = await app.dray(['remove', 'test', '--yes'])
  expect([again.exitCode, again.stderr]).toEqual([3, expect.stringContaining('NOT_DEPLOYED')])
})
