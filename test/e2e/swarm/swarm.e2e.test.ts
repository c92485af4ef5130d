import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostCheckup } from '../../../src/operations/doctor/checkup.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { stackSite } from '../../support/app/stack-compose.ts'
import { nodeNames, startSwarmApp, type NodeName, type SwarmApp } from '../../support/app/swarm-app.ts'
import { readSwarmStatus } from '../../support/app/swarm-status.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { formSwarm } from '../../support/net/form-swarm.ts'
import { testToken } from '../../support/net/registry.ts'
import { startUntil } from '../support/start-until.ts'

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

test('a status and a doctor of a stack that runs its release', async () => {
  const { exitCode, host, drift } = await readSwarmStatus(app)
  expect([exitCode, host.verdict, drift]).toEqual([0, 'ok', []])
  expect(host.release).toMatchObject({ id: 'r2', tag: 'v2' })
  const nodes = (await swarm.tasks()).map(({ node }) => node).sort()
  expect(host.services).toMatchObject([
    {
      service: 'backend',
      state: 'running',
      health: 'healthy',
      running: 2,
      desired: 2,
      nodes: [...new Set(nodes)],
    },
    { service: 'nginx', state: 'running', running: 1, desired: 1, nodes: ['m1'] },
  ])
  expect(host.swarm?.nodes.map(({ node, state, isLeader }) => [node, state, isLeader])).toEqual([
    ['m1', 'ready', undefined],
    ['m2', 'ready', true],
    ['m3', 'ready', undefined],
    ['w1', 'ready', undefined],
  ])
  const shown = await app.dray(['status', 'test'])
  expect(shown.stdout).toMatch(/m2 +leader +ready +active/)

  const doctor = await app.dray(['doctor', 'test', '--tag', 'v3', '--json'])
  const { ready, hosts } = JSON.parse(doctor.stdout) as { ready: boolean; hosts: HostCheckup[] }
  const checks = hosts
    .flatMap((it) => it.checks)
    .map((it) => [it.name, 'value' in it ? it.value : it.outcome])
  expect([doctor.exitCode, ready]).toEqual([0, true])
  expect(Object.fromEntries(checks)).toMatchObject({
    swarm: '3 of 3 managers answer, 1 may still fail; m2 leads',
    nodes: '4 of 4 ready and active',
    externals: 'none declared',
    'node-images': 'every active node has pulled r2',
    app: '2 services',
  })
  expect(checks.map(([name]) => name)).not.toContain('ports')
})

test('what was changed manually is drift, and the next deploy restores it', async () => {
  const previous = '{{.PreviousSpec.TaskTemplate.ContainerSpec.Image}}'
  const image = await server('m1').docker('service', 'inspect', '--format', previous, 'shop_backend')
  await server('m1').docker(
    'service',
    'update',
    '--quiet',
    '--detach=false',
    '--image',
    image,
    'shop_backend',
  )
  await server('m1').docker(
    'service',
    'update',
    '--quiet',
    '--detach=false',
    '--env-add',
    'BY=hand',
    'shop_nginx',
  )
  const { exitCode, host, drift } = await readSwarmStatus(app)
  expect([exitCode, host.verdict, drift]).toEqual([1, 'drifted', ['image backend', 'configuration nginx']])
  expect(host.drift[0]?.message).toBe(`2 of 2 tasks of backend run ${image}, not the released image.`)
  const restored = await app.mustDeploy('v2')
  expect(restored.plan?.unchanged).toBe(false)
  expect(await readSwarmStatus(app)).toMatchObject({ exitCode: 0, drift: [] })
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

test('a service that was changed manually is not unchanged, and gets its definition back', async () => {
  const m1 = server('m1')
  await m1.docker('service', 'update', '--quiet', '--env-add', 'BY_HAND=1', 'shop_backend')
  const result = await app.mustDeploy('v2')
  expect(JSON.stringify(result.plan?.steps)).toContain('its definition was changed manually')
  const format = '{{json .Spec.TaskTemplate.ContainerSpec.Env}}'
  expect(await m1.docker('service', 'inspect', '--format', format, 'shop_backend')).not.toContain('BY_HAND')
  expect((await app.mustDeploy('v2')).plan?.unchanged).toBe(true)
})

/** Has a task write a line to its log. */
async function say(task: { id: string; node: string }, line: string): Promise<void> {
  const node = server(task.node as NodeName)
  const container = await node.docker('ps', '-q', '--filter', `name=${task.id}`)
  await node.docker('exec', container, 'sh', '-c', `echo '${line}' > /proc/1/fd/1`)
}

test('logs of all nodes are merged by time, and those of a task that starts are followed', async () => {
  const [one, two] = await swarm.tasks('backend')
  const [proxy] = await swarm.tasks('nginx')
  await say(one!, 'line 1')
  await say(proxy!, 'line 2')
  await say(two!, 'line 3')
  const printed = await app.dray(['logs', 'test', '--grep', '^line'])
  expect(printed.exitCode).toBe(0)
  expect(printed.stdout.split('\n').map((line) => line.replace(/\.\d@(\w+) +│/, ' $1'))).toEqual([
    `backend ${one?.node} line 1`,
    'nginx m1 line 2',
    `backend ${two?.node} line 3`,
    '',
  ])
  const { stdout } = await app.dray(['logs', 'test', 'nginx', '--grep', '^line', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ type: 'log.line', service: 'nginx', node: 'm1', line: 'line 2' })

  const lines: string[] = []
  const follow = ['logs', 'test', 'backend', '--follow', '--tail', '1']
  const onLine = (line: string): void => void lines.push(line)
  const running = await startUntil(app, { args: follow, onLine }, /line 3/)
  const scale = (tasks: number) =>
    server('m1').docker('service', 'scale', '--detach', `shop_backend=${tasks}`)
  await scale(3)
  await expect.poll(() => lines.join('\n')).toMatch(/backend\.3@\w+ +│ shop backend v2 listens on port 8000/)
  await say(one!, 'line 4')
  await expect.poll(() => lines.join('\n')).toContain('line 4')
  await scale(2)
  await expect.poll(() => lines.join('\n')).toMatch(/backend\.\d@\w+ (?:ended|exited with code \d+)\./)
  running.kill('SIGINT')
  expect((await running.done).exitCode).toBe(130)
  expect(lines.filter((line) => line.includes('line 1') || line.includes('line 3'))).toHaveLength(2)
})

/** Jobs that dray has started in the stack. */
const jobs = () => server('m1').docker('service', 'ls', '--quiet', '--filter', 'name=shop_dray')

test('a task by hand runs as a job: its streams and exit code are passed on, and nothing of it is left', async () => {
  const result = await app.dray(['task', 'check', 'test'])
  expect(result).toMatchObject({ exitCode: 7, stdout: 'here\n' })
  expect(result.stderr).toContain('problem\n')
  const running = await startUntil(app, { args: ['task', 'slow', 'test'] }, /begun/)
  const removal = await app.dray(['remove', 'test', '--yes'])
  expect([removal.exitCode, removal.stderr]).toEqual([3, expect.stringContaining('LOCK_HELD')])
  running.kill('SIGINT')
  expect((await running.done).exitCode).toBe(130)
  expect(await jobs()).toBe('')
  const late = await app.dray(['task', 'slow', 'test', '--timeout', '8s'])
  expect(late).toMatchObject({ exitCode: 1, stdout: 'begun\n' })
  expect(late.stderr).toContain('[TASK_TIMED_OUT]')
  expect(await jobs()).toBe('')
  const { stdout } = await app.dray(['history', 'test'])
  expect(stdout).toMatch(/check +r\d .*exit code 7\n/)
  expect(stdout).toMatch(/slow +r\d .*cancelled\n/)
})

test('exec is refused with the command for the node of the task', async () => {
  const { exitCode, stderr } = await app.dray(['exec', 'test', 'nginx', 'nginx', '-t'])
  const [task] = await swarm.tasks('nginx')
  const command = `docker exec -it shop_nginx.1.${task?.id} nginx -t`
  expect([exitCode, stderr.replace(/\s+/g, ' ')]).toEqual([
    2,
    expect.stringContaining(`On node m1: \`${command}\``),
  ])
  const container = await server('m1').docker('ps', '-q', '--filter', `name=shop_nginx.1.${task?.id}`)
  expect(container).not.toBe('')
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
  const again = await app.dray(['remove', 'test', '--yes'])
  expect([again.exitCode, again.stderr]).toEqual([3, expect.stringContaining('NOT_DEPLOYED')])
})
