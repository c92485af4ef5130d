import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostCheckup } from '../../../src/operations/doctor/checkup.ts'
import { stackCompose, stackSite } from '../../support/app/stack-compose.ts'
import { startDeployedSwarm, type NodeName, type SwarmApp } from '../../support/app/swarm-app.ts'
import { readSwarmStatus } from '../../support/app/swarm-status.ts'
import type { TestApp } from '../../support/app/test-app.ts'
import { findBarriersInAll } from '../../support/browser/find-barriers.ts'
import { openUiPage } from '../../support/browser/ui-page.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { startUntil } from '../support/start-until.ts'

let swarm: SwarmApp
let app: TestApp
const server = (name: NodeName) => swarm.server(name)

beforeAll(async () => {
  swarm = await startDeployedSwarm()
  app = swarm.app
})

afterAll(() => swarm[Symbol.asyncDispose]())

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

test('the page shows tasks with their nodes, the logs of all nodes, and says what it does not show', async () => {
  await using seen = await openUiPage(app, swarm.net.client.entering())
  const { page, show } = seen
  const tasks = await swarm.tasks('backend')
  await show('/test/containers')
  const nodes = [...new Set(tasks.map(({ node }) => node))].sort().join(', ')
  await page
    .getByRole('row', { name: /^backend ✓/ })
    .getByText(nodes)
    .waitFor()
  await page.getByRole('row', { name: 'm2 leader ✓ ready active' }).waitFor()
  expect(await page.locator('main').innerText()).toContain('Not shown: the use of CPU and memory.')
  expect(await findBarriersInAll(page)).toEqual([])

  await show('/test/logs')
  for (const task of tasks) {
    await say(task, `seen on ${task.node}`)
    const line = page.locator('.log-line', { hasText: `seen on ${task.node}` }).first()
    await line.getByText(new RegExp(`^backend\\.\\d@${task.node} *$`)).waitFor()
  }

  await show('/test/disk')
  await page.getByText('the page does not measure its containers and disks').waitFor()
  await page.getByText('docker system df').waitFor()
  await show('/test/live')
  await page.getByText(/0 of [\d,]+ failed/).waitFor()
})

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

test('exec runs in a task on the manager that dray connects to, and names the node of any other', async () => {
  expect(await app.dray(['exec', 'test', 'nginx', 'cat', '/etc/hostname'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^[0-9a-f]{12}\n$/) as string,
  })
  const m1 = server('m1')
  await m1.docker('node', 'update', '--availability', 'drain', 'm1')
  try {
    await expect.poll(async () => (await swarm.tasks()).map(({ node }) => node)).not.toContain('m1')
    const { exitCode, stderr } = await app.dray(['exec', 'test', 'backend', '--user', '0', 'id', '-u'])
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('TASK_ELSEWHERE')])
    const [, node = '', command = ''] =
      /On node (\w+): `docker exec -i ([^`]+)`/.exec(stderr.replace(/\s+/g, ' ')) ?? []
    const said = await server(node as NodeName).docker('exec', ...command.split(' '))
    expect(said).toBe('0')
  } finally {
    await m1.docker('node', 'update', '--availability', 'active', 'm1')
  }
})

test('disk reads the manager, and names the nodes that dray does not reach', async () => {
  const printed = await app.dray(['disk', 'test'])
  expect(printed.stderr.replace(/\s+/g, ' ')).toContain('Not read: nodes m2, m3, w1,')
  const { exitCode, stdout } = await app.dray(['disk', 'test', '--json'])
  expect(exitCode).toBe(0)
  const { shares, unreadNodes } = JSON.parse(stdout) as { shares: { name: string }[]; unreadNodes: string[] }
  expect(unreadNodes).toEqual(['m2', 'm3', 'w1'])
  expect(shares.map(({ name }) => name)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^release r\d+/)]),
  )
})

test('diff compares releases, and the working tree with the current one', async () => {
  const between = await app.dray(['diff', 'test', 'v1', 'v2', '--json'])
  expect(JSON.parse(between.stdout)).toMatchObject({
    isDifferent: true,
    images: [{ service: 'backend', from: { tag: 'v1' }, to: { tag: 'v2' } }],
    configuration: [],
    files: [],
  })
  await app.writeSource({ 'nginx/stack.conf': `# changed\n${stackSite}` })
  const tree = await app.dray(['diff', 'test', '--tag', 'v2', '--exit-code'])
  await app.writeSource({ 'nginx/stack.conf': stackSite })
  expect([tree.exitCode, tree.stdout]).toEqual([1, expect.stringContaining('+# changed')])
})

test('secrets from a file and from a variable are versioned by content, and stay in no file and no output', async () => {
  const m1 = server('m1')
  const compose = stackCompose({ proxyNode: 'm1' })
    .replace('    env_file: .env\n', '    env_file: .env\n    secrets: [key, token]\n')
    .concat('secrets: { key: { file: ./secrets/key }, token: { environment: TOKEN } }\n')
  await app.writeSource({ 'docker-compose.yml': compose })
  const missing = await app.deploy('v2')
  expect(missing.failure).toMatchObject({ code: 'COMPOSE_INVALID', exitCode: 2 })
  const values = ['first-Key-1', 'first-Token-1', 'second-Token-2']
  const set = (token: string) => app.dray(['env', 'test', 'set', 'TOKEN'], { input: token })
  await m1.run(['sh', '-c', `mkdir -p /srv/shop/secrets && echo ${values[0]} > /srv/shop/secrets/key`])
  expect((await set(values[1]!)).exitCode).toBe(0)
  const names = async () => (await m1.docker('secret', 'ls', '--format', '{{.Name}}')).split('\n').sort()
  const printed: string[] = []
  const deploy = async () => printed.push(JSON.stringify(await app.mustDeploy('v2')))
  await deploy()
  const first = await names()
  expect(first).toEqual([
    expect.stringMatching(/^shop_key-[0-9a-f]{12}$/),
    expect.stringMatching(/^shop_token-[0-9a-f]{12}$/),
  ])
  const shown = async (name: string) => {
    const [task] = await swarm.tasks()
    const node = server(task!.node as NodeName)
    const container = await node.docker('ps', '-q', '--filter', `name=${task!.id}`)
    return node.docker('exec', container, 'cat', `/run/secrets/${name}`)
  }
  expect([await shown('key'), await shown('token')]).toEqual([values[0], values[1]])
  expect((await app.mustDeploy('v2')).plan?.unchanged).toBe(true)

  await set(values[2]!)
  await deploy()
  expect(await shown('token')).toBe(values[2])
  const second = await names()
  expect([second[0], second.length]).toEqual([first[0], 2])
  expect(second[1]).not.toBe(first[1])
  for (const value of values) expect(printed.join('\n')).not.toContain(value)
  const search = values.flatMap((value) => ['-e', value])
  const found = await m1.run(['grep', '-rlaF', ...search, '/srv/shop', '/tmp', '/var/lib/docker/swarm'])
  // `dray env` keeps the old .env beside the new one; this file has the values, too, if the clone is below /tmp.
  const expected = ['/srv/shop/.env', `${cloneDirectory}/`]
  const files = found.stdout
    .split('\n')
    .filter((file) => file !== '' && !expected.some((place) => file.startsWith(place)))
  expect(files).toEqual(['/srv/shop/secrets/key'])
})
