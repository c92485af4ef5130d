import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepsOf } from '../../support/app/deploy-result.ts'
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
  const logs = await app.dray(['logs', 'test'])
  expect([logs.exitCode, logs.stderr]).toEqual([2, expect.stringContaining('SWARM_COMMAND')])

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
  expect(await app.version()).toBe('v2')
  expect(await swarm.tasks('nginx')).toEqual(proxy)
})
