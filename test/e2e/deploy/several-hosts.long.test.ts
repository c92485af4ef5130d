import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { TestServer } from '../../support/net/server.ts'
import {
  readDeployResult,
  stepsOf,
  type DeployResult,
  type ToldEvent,
} from '../../support/app/deploy-result.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
const targets = [one.sshTarget, two.sshTarget]
let app: TestApp
/** The same app as its people see it on the second server. */
let twin: TestApp

const balanced = `http://${one.address}:8210`
const balancer = `global
    stats socket ipv4@0.0.0.0:9998 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout check 5s
frontend http
    bind :8210
    default_backend shop
backend shop
    option httpchk GET /lb-health
    server srv1 ${one.address}:80 check inter 500ms fall 2 rise 2
    server srv2 ${two.address}:80 check inter 500ms fall 2 rise 2
`

const site = `server {
    listen 80;
    location = /lb-health {
        if (-f /etc/nginx/maintenance/out) { return 503; }
        return 204;
    }
    location /api { proxy_pass http://backend:8000; }
    location / { proxy_pass http://frontend:3000; }
}
`
const mounts = '      - ./nginx/conf.d:/etc/nginx/conf.d:ro\n'
const compose = specCompose().replace(mounts, `${mounts}      - ./maintenance:/etc/nginx/maintenance:ro\n`)

const writeDray = (hosts: readonly string[]): Promise<void> => {
  const hook = 'LB_SETTLE_SECONDS=3 sh load-balancer/health-file.sh'
  const file = {
    app: 'pair',
    registry: 'ghcr.io/acme',
    environments: { test: { hosts, path: app.path } },
    probe: { url: 'http://localhost/api/health' },
    hooks: { leave: hook, join: hook },
  }
  return app.writeSource({ 'dray.yml': JSON.stringify(file) })
}

beforeAll(async () => {
  await pushFieldImages(net.registry.pushHost)
  await one.run(['mkdir', '-p', '/srv/balancer'])
  await one.writeFile('/srv/balancer/haproxy.cfg', balancer)
  await one.docker(
    ...['run', '--detach', '--name', 'balancer', '--network', 'host', '--user', 'root'],
    ...['--volume', '/srv/balancer:/usr/local/etc/haproxy:ro', 'haproxy:2.6'],
  )
  twin = await TestApp.make({ net, name: 'pair', server: two })
  const hook = await readFile('examples/load-balancer/health-file.sh', 'utf8')
  const files = {
    'docker-compose.yml': compose,
    'nginx/conf.d/default.conf': site,
    'maintenance/README.md': 'While `out` is here, the load balancer sends no requests.\n',
    'load-balancer/health-file.sh': hook,
  }
  app = await TestApp.make({ net, name: 'pair', server: one, files })
  await writeDray(targets)
  await app.mustDeploy('v1')
})

afterAll(async () => {
  await one.docker('rm', '-f', 'balancer')
  await Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]()))
})

test('a host whose health endpoint answers 503 gets no requests while its proxy is recreated', async () => {
  await expect.poll(balancerStates).toEqual(['srv1 UP', 'srv2 UP'])
  const downBefore = await timesDown()
  // A variable of nginx recreates it: its port is closed meanwhile.
  await app.writeSource({
    'docker-compose.yml': compose.replace('  nginx:\n', '  nginx:\n    environment: [CHANGED=1]\n'),
  })
  const proxies = await Promise.all([app, twin].map((it) => it.containerIds('nginx')))
  const { result, report } = await underLoad(app, { target: balanced }, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(turnsOf(result)).toEqual(targets.flatMap((host) => [`leave ${host}`, `join ${host}`]))
  const now = await Promise.all([app, twin].map((it) => it.containerIds('nginx')))
  expect(now.flat().filter((id) => proxies.flat().includes(id))).toEqual([])
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  for (const it of [app, twin]) expect(await it.readOnServer('maintenance/out')).toBeUndefined()
  const downNow = await timesDown()
  expect(downNow.map((times, index) => times > (downBefore[index] ?? times))).toEqual([true, true])
  await expect.poll(balancerStates).toEqual(['srv1 UP', 'srv2 UP'])
})

test('two releases under one number are told apart, and the next deploy ends that', async () => {
  await app.mustDeploy('v3', '--without', one.sshTarget)
  const refused = readDeployResult(await app.dray(['deploy', 'test', '--only', two.sshTarget, '--json']))
  expect(refused.failure).toMatchObject({ code: 'HOSTS_DIFFER', exitCode: 3 })
  await app.mustDeploy('v1', '--without', two.sshTarget)
  expect(await newestIds()).toEqual(['r3', 'r3'])
  const status = await app.dray(['status', 'test', '--exit-code'])
  expect(status.exitCode).toBe(1)
  const result = await app.mustDeploy('v3')
  // The other one runs v3 already: it stays in the load balancer.
  expect(turnsOf(result)).toEqual([`leave ${one.sshTarget}`, `join ${one.sshTarget}`])
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v3', 'v3'])
  expect(await newestIds()).toEqual(['r4', 'r4'])
  expect((await app.dray(['status', 'test', '--exit-code'])).exitCode).toBe(0)
})

test('a rollback goes to the same release, whatever the order of the hosts', async () => {
  const targetOf = async (hosts: readonly string[]): Promise<unknown> => {
    await writeDray(hosts)
    return (await app.rollback('--dry-run')).plan?.restores
  }
  const [first, second] = [await targetOf(targets), await targetOf([...targets].reverse())]
  await writeDray(targets)
  expect(first).toBeDefined()
  expect(second).toEqual(first)
})

test('a container that ends while the other host still stops its old ones takes back both', async () => {
  const before = await Promise.all([app.containerIds(), twin.containerIds()])
  let killing: Promise<unknown> | undefined
  const running = app.startDray(['deploy', 'test', '--tag', 'v2', '--json'], {
    // On a busy machine dray would have recorded the release before the container is killed.
    onLine: onStep('stop-old', two.sshTarget, () => {
      if (killing !== undefined) return
      running.kill('SIGSTOP')
      killing = killNewest(app).finally(() => running.kill('SIGCONT'))
    }),
  })
  const result = readDeployResult(await running.done)
  await killing
  expect(killing).toBeDefined()
  expect(result.failure).toMatchObject({ exitCode: 1 })
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v3', 'v3'])
  expect(await Promise.all([app.containerIds(), twin.containerIds()])).toEqual(before)
  expect(await newestIds()).toEqual(['r4', 'r4'])
})

test('Ctrl-C while a host is cut off says that the host was lost, and the next deploy makes both whole', async () => {
  let cutting: Promise<unknown> | undefined
  const running = app.startDray(['deploy', 'test', '--tag', 'v2', '--json'], {
    timeoutMs: 300_000,
    onLine: onStep('switch-traffic', two.sshTarget, () => {
      cutting ??= two.cutLine().then(() => running.kill('SIGINT'))
    }),
  })
  const result = readDeployResult(await running.done)
  await cutting
  const ofFirst = await app.version()
  const status = await app.dray(['status', 'test', '--exit-code'])
  await two.mendLine()
  expect(cutting).toBeDefined()
  expect(result.failure).toMatchObject({
    code: 'HOST_LOST',
    exitCode: 4,
    message: expect.stringContaining(two.sshTarget) as string,
  })
  expect([ofFirst, status.exitCode]).toEqual(['v3', 3])
  await app.mustDeploy('v2', '--wait', '60s')
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  const [ours, theirs] = await newestIds()
  expect(ours).toBe(theirs)
  for (const it of [app, twin]) expect(await it.readOnServer('maintenance/out')).toBeUndefined()
  expect((await app.dray(['status', 'test', '--exit-code'])).exitCode).toBe(0)
})

function turnsOf(result: DeployResult): string[] {
  return stepsOf(result, 'run-host-hook').map((it) => `${it.moment} ${it.host}`)
}

/** Calls `act` when a step of that kind begins on a host, at each such step. */
function onStep(kind: string, host: string, act: () => void): (line: string) => void {
  return (line) => {
    if (!line.startsWith('{')) return
    const event = JSON.parse(line) as ToldEvent
    if (event.type === 'step.started' && event.kind === kind && event.host === host) act()
  }
}

/** Ends the newest container of the backend, as a crash after which Docker does not start it again. */
async function killNewest({ server, name }: TestApp): Promise<void> {
  const filters = [`label=com.docker.compose.project=${name}`, 'label=com.docker.compose.service=backend']
  const ids = await server.docker('ps', '-q', ...filters.flatMap((filter) => ['--filter', filter]))
  await server.docker('kill', ids.split('\n')[0] ?? '')
}

async function newestIds(): Promise<(string | undefined)[]> {
  return Promise.all([one, two].map(newestId))
}

async function newestId(server: TestServer): Promise<string | undefined> {
  const { stdout } = await server.run(['sh', '-c', `ls ${app.path}/.dray/releases | sort -V`])
  return stdout.trim().split('\n').at(-1)
}

/** The load balancer's own figures of both servers. */
async function balancerRows(): Promise<string[][]> {
  const ask = 'exec 3<>/dev/tcp/127.0.0.1/9998; echo "show stat" >&3; cat <&3'
  const { stdout } = await one.run(['bash', '-c', ask])
  const rows = stdout.split('\n').map((line) => line.split(','))
  return rows.filter(([proxy, name = '']) => proxy === 'shop' && name.startsWith('srv'))
}

// The columns `svname`, `status` and `chkdown` of https://docs.haproxy.org/2.6/management.html#9.1.
async function balancerStates(): Promise<string[]> {
  return (await balancerRows()).map((row) => `${row[1]} ${row[17]}`)
}

async function timesDown(): Promise<number[]> {
  return (await balancerRows()).map((row) => Number(row[22]))
}
