import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { TestServer } from '../../support/net/server.ts'
import { readDeployResult, stepsOf } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
const hooksFor = (backend: string) => {
  const hook = `LB_API=${one.address}:9999 LB_BACKEND=${backend} bash load-balancer/haproxy.sh`
  return { leave: hook, join: hook }
}
const task = { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' }
const settings = { tasks: { migrate: task }, services: { backend: { health: { timeout: '4s' } } } }
let app: TestApp
/** The same app as its people see it on the second server. */
let twin: TestApp

/** HAProxy on the first server, in front of both, with the runtime API that the example of a hook uses. */
async function startLoadBalancer(): Promise<void> {
  await pushFieldImages(net.registry.pushHost)
  const configuration = `global
    stats socket ipv4@0.0.0.0:9999 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    option redispatch
frontend http
    bind :8200
    default_backend shop
backend shop
    server srv1 ${one.address}:80 check inter 1s
    server srv2 ${two.address}:80 check inter 1s
backend first
    server srv1 ${one.address}:80 check inter 1s
`
  await one.writeFile('/srv/lb/haproxy.cfg', configuration)
  await one.docker(
    ...['run', '--detach', '--name', 'lb', '--network', 'host', '--user', 'root'],
    ...['--volume', '/srv/lb:/usr/local/etc/haproxy:ro', 'haproxy:2.6'],
  )
}

beforeAll(async () => {
  const options = { net, name: 'twin' }
  await one.run(['mkdir', '-p', '/srv/lb'])
  await startLoadBalancer()
  twin = await TestApp.make({ ...options, server: two })
  app = await TestApp.make({
    ...options,
    server: one,
    files: { 'load-balancer/haproxy.sh': await readFile('examples/load-balancer/haproxy.sh', 'utf8') },
    config: { hooks: hooksFor('shop'), ...settings },
    environment: { host: undefined, hosts: [one.sshTarget, two.sshTarget] },
  })
  await app.mustDeploy('v1')
})

afterAll(async () => {
  await one.docker('rm', '-f', 'lb')
  await Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]()))
})

test('a release goes to every host, which leaves the load balancer meanwhile, and no request fails', async () => {
  const balanced = { target: `http://${one.address}:8200` }
  const { result, report } = await underLoad(app, balanced, async () =>
    underLoad(twin, {}, async () => app.mustDeploy('v2')),
  )
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  const turns = stepsOf(result.result, 'run-host-hook').map((it) => `${it.moment} ${it.host}`)
  expect(turns).toEqual([one, two].flatMap(({ sshTarget }) => [`leave ${sshTarget}`, `join ${sshTarget}`]))
  const states = await one.run([
    'bash',
    '-c',
    'exec 3<>/dev/tcp/127.0.0.1/9999; echo "show servers state shop" >&3; cat <&3',
  ])
  // The sixth field: 2 is a server that runs. The seventh has what the API set: 0 is ready.
  expect(
    states.stdout
      .split('\n')
      .filter((line) => / srv\d /.test(line))
      .map((line) => line.split(' ').slice(5, 7)),
  ).toEqual([
    ['2', '0'],
    ['2', '0'],
  ])
  expect(stepsOf(result.result, 'run-task').map(({ host }) => host)).toEqual([one.sshTarget])
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await Promise.all([one, two].map(releaseIds))).toEqual([
    ['r1', 'r2'],
    ['r1', 'r2'],
  ])
})

test('a release that one host cannot run is taken back on all of them', async () => {
  const before = await Promise.all([app.containerIds(), twin.containerIds()])
  await twin.writeOnServer('.env', 'SHOP_START_MS=60000\n', '600')
  const { result, report } = await underLoad(app, {}, async () =>
    underLoad(twin, {}, async () => app.deploy('v3')),
  )
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  expect(result.result.failure).toMatchObject({ code: 'SERVICE_UNHEALTHY', exitCode: 1 })
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v2'])
  expect(await Promise.all([app.containerIds(), twin.containerIds()])).toEqual(before)
  expect(await Promise.all([one, two].map(releaseIds))).toEqual([
    ['r1', 'r2'],
    ['r1', 'r2'],
  ])
})

test('a rollback takes every host back to the same release, and no request fails on either', async () => {
  await twin.writeOnServer('.env', 'SHOP_GREETING=hello\n', '600')
  const { result, report } = await underLoad(app, {}, async () => underLoad(twin, {}, () => app.rollback()))
  expect(result.result.failure).toBeUndefined()
  expectNoneFailed(report)
  expectNoneFailed(result.report)
  expect(result.result.plan?.restores).toEqual({ release: 'r1', tag: 'v1' })
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v1', 'v1'])
  const [ours, theirs] = await Promise.all([one, two].map(releaseIds))
  expect(ours).toEqual(theirs)
  expect(await Promise.all([app, twin].map(async (it) => (await it.containers()).length))).toEqual([3, 3])
})

test('a variable is set on both hosts, or on none', async () => {
  const textsOf = () => Promise.all([app, twin].map((it) => it.readOnServer('.env')))
  const namesOf = () =>
    Promise.all([one, two].map(async (server) => (await server.run(['ls', '-A', app.path])).stdout))
  const set = (value: string) => app.dray(['env', 'test', 'set', 'SHOP_NOTE'], { input: value })
  const original = await textsOf()
  const { exitCode, stdout, stderr } = await set('first')
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  expect(stdout.match(/✓ Set SHOP_NOTE/g)).toHaveLength(2)
  const [before, names] = await Promise.all([textsOf(), namesOf()])
  expect(names.every((text) => text.includes('.env.before-'))).toBe(true)
  expect(before.every((text) => text?.includes('SHOP_NOTE=first\n'))).toBe(true)

  const fault =
    '#!/bin/sh\ncase "$*" in *.env) echo "No space left on device" >&2; exit 1 ;; esac\nexec /bin/mv "$@"\n'
  await two.writeFile('/usr/local/bin/mv', fault)
  await two.run(['chmod', '755', '/usr/local/bin/mv'])
  try {
    const failed = await set('second')
    expect(failed.exitCode).toBe(3)
    const said = failed.stderr.replace(/\s+/g, ' ')
    expect(said).toContain('[DISK_FULL]')
    expect(said).toContain(`.env is as before on every host; it was put back on ${one.sshTarget}.`)
  } finally {
    await two.run(['rm', '/usr/local/bin/mv'])
  }
  expect(await textsOf()).toEqual(before)
  expect(await namesOf()).toEqual(names)
  expect(await app.dray(['env', 'test', 'unset', 'SHOP_NOTE'])).toMatchObject({ exitCode: 0 })
  expect(await textsOf()).toEqual(original)
})

test('a host that is down is refused, or left out, and gets the release of the other one when it is back', async () => {
  await two.run(['iptables', '-I', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'REJECT'])
  try {
    const refused = await app.deploy('v2')
    expect(refused.failure).toMatchObject({
      code: 'HOST_UNREACHABLE',
      exitCode: 3,
      hint: expect.stringContaining(`\`--without ${two.sshTarget}\``) as string,
    })
    const { plan } = await app.mustDeploy('v2', '--without', two.sshTarget)
    expect(plan?.leftOut).toEqual([two.sshTarget])
  } finally {
    await two.run(['iptables', '-D', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'REJECT'])
  }
  expect(await Promise.all([app.version(), twin.version()])).toEqual(['v2', 'v1'])
  const status = await app.dray(['status', 'test', '--exit-code'])
  expect(status.exitCode).toBe(1)
  expect(status.stdout).toMatch(/Release r\d is current here, but another host of test has r\d\./)

  const { result, report } = await underLoad(twin, {}, async () =>
    readDeployResult(await app.dray(['deploy', 'test', '--only', two.sshTarget, '--json'])),
  )
  expect(result.failure).toBeUndefined()
  expectNoneFailed(report)
  expect(stepsOf(result, 'run-task')).toEqual([])
  expect(await twin.version()).toBe('v2')
  const [ours, theirs] = await Promise.all([one, two].map(releaseIds))
  expect(theirs?.at(-1)).toBe(ours?.at(-1))
  expect((await app.dray(['status', 'test', '--exit-code'])).exitCode).toBe(0)
})

test('a proxy that is recreated cuts no request, not even a slow one: its host leaves, and waits for it', async () => {
  const compose = await readFile('examples/shop/docker-compose.yml', 'utf8')
  const withProxy = (keys: string): Promise<void> =>
    app.writeSource({ 'docker-compose.yml': compose.replace('  nginx:\n', `  nginx:\n${keys}`) })
  // Docker kills it when the hook has not waited.
  const grace = '    stop_grace_period: 1s\n'
  await withProxy(grace)
  await app.mustDeploy('v2')
  const proxies = await Promise.all([app, twin].map((it) => it.containerIds('nginx')))
  await withProxy(`${grace}    environment: [CHANGED=1]\n`)
  const load = { target: `http://${one.address}:8200`, slow: { every: 25, ms: 5_000 } }
  const { report } = await underLoad(app, load, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  const now = await Promise.all([app, twin].map((it) => it.containerIds('nginx')))
  expect(now.flat().filter((id) => proxies.flat().includes(id))).toEqual([])
})

test('a host that the load balancer does not have is deployed as the others are', async () => {
  const hosts = [one.sshTarget, { host: two.sshTarget, services: ['backend'] }]
  const file = {
    ...{ app: 'twin', registry: 'ghcr.io/acme', environments: { test: { hosts, path: app.path } } },
    ...{ probe: { url: 'http://localhost/api/health' }, hooks: hooksFor('first'), ...settings },
  }
  await app.writeSource({ 'dray.yml': JSON.stringify(file) })
  const result = await app.mustDeploy('v3')
  const turns = stepsOf(result, 'run-host-hook').map((it) => `${it.moment} ${it.host}`)
  expect(turns).toEqual([one, two].flatMap(({ sshTarget }) => [`leave ${sshTarget}`, `join ${sshTarget}`]))
  expect((await twin.containers()).map(({ service }) => service)).toEqual(['backend'])
})

async function releaseIds(server: TestServer): Promise<string[]> {
  const { stdout } = await server.run(['ls', `${app.path}/.dray/releases`])
  return stdout.trim().split('\n')
}
