import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EnvironmentStatus, KnownHost } from '../../../src/operations/status/status.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const name = 'looked-at'
let app: TestApp
let other: TestApp

beforeAll(async () => {
  const host = server.sshTarget
  app = await TestApp.make({
    net,
    server,
    name,
    port: 8191,
    files: { 'docker-compose.yml': specCompose(8191) },
    config: {
      environments: {
        test: { host, path: `/srv/${name}` },
        beside: { host, path: '/srv/looked-at-too', probe: { url: 'http://localhost:8192/api/health' } },
        away: { hosts: ['deploy@srv2:2299'], path: `/srv/${name}` },
      },
    },
  })
  other = await TestApp.make({
    net,
    server,
    name: 'looked-at-too',
    port: 8192,
    files: { 'docker-compose.yml': specCompose(8192) },
  })
  await Promise.all([app.mustDeploy('v1'), other.mustDeploy('v1')])
})

afterAll(async () => {
  await server.run(['docker', 'rm', '-f', 'started-by-hand'])
  await app[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

type Status = { exitCode: number; byName: Record<string, EnvironmentStatus> }

async function status(...args: string[]): Promise<Status> {
  const { exitCode, stdout } = await app.dray(['status', ...args, '--json'])
  const lines = stdout.split('\n').filter((line) => line !== '')
  const statuses = lines.map((line) => JSON.parse(line) as EnvironmentStatus)
  return { exitCode, byName: Object.fromEntries(statuses.map((it) => [it.environment, it])) }
}

async function testHost(): Promise<KnownHost> {
  return (await status('test')).byName['test']?.hosts[0] as KnownHost
}

test('shows all environments, of which one has a host that does not answer', async () => {
  const { exitCode, byName } = await status()
  expect(exitCode).toBe(0)
  expect(Object.values(byName).map(({ environment, verdict }) => [environment, verdict])).toEqual([
    ['test', 'ok'],
    ['beside', 'ok'],
    ['away', 'unknown'],
  ])
  expect(byName['away']?.hosts[0]).toMatchObject({ failure: { code: 'HOST_UNREACHABLE' } })
  expect(byName['test']?.hosts[0]).toMatchObject({
    release: { id: 'r1', tag: 'v1', by: { user: 'octocat' } },
    drift: [],
    services: [
      {
        service: 'backend',
        state: 'running',
        health: expect.stringMatching(/^(starting|healthy)$/),
        running: 1,
        desired: 1,
        restarts: 0,
      },
      { service: 'frontend', state: 'running' },
      { service: 'nginx', state: 'running', health: 'unchecked', image: { name: 'nginx', tag: 'alpine' } },
    ],
  })
})

test('a table shows them side by side, and one environment comes with its services', async () => {
  const all = await app.dray(['status'])
  expect(all.stdout).toMatch(/^✓ +test +deploy@srv1 +ok +r1 +v1 +\d+ \w+ +octocat +3\/3 +\d+ %$/m)
  expect(all.stdout).toMatch(/^✗ +away +deploy@srv2:2299 +unknown$/m)
  expect(all.stdout).toContain('away: deploy@srv2:2299 does not answer over SSH')
  const one = await app.dray(['status', 'test'])
  expect(one.stdout).toMatch(
    /^ +backend +running +(healthy|starting) +1\/1 +0 +\d+ \w+ +v1 +sha256:[0-9a-f]{12} /m,
  )
  expect(one.stdout).toMatch(/ free of .*, for Docker and the app$/m)
})

test('the exit code says how it is, only where that is asked for', async () => {
  expect((await status('away')).exitCode).toBe(3)
  expect((await status('test', 'beside', '--exit-code')).exitCode).toBe(0)
  expect((await status('test', 'away', '--exit-code')).exitCode).toBe(3)
})

test('--watch stays on the terminal, over one connection, until Ctrl-C', async () => {
  const logins = async (): Promise<number> => {
    return Number((await server.run(['grep', '-c', 'Accepted publickey', '/var/log/sshd.log'])).stdout)
  }
  const before = await logins()
  const watch = app.drayOnTerminal(['status', 'test', '--watch'])
  await watch.untilShown(/✓ +test +deploy@srv1 +ok[^]*Ctrl-C ends it/)
  await app.compose('kill', 'backend')
  await watch.untilShown(/✗ +test +deploy@srv1 +unhealthy/)
  await app.compose('start', 'backend')
  watch.type('\u0003')
  expect(await watch.exited).toBe(0)
  expect(watch.terminal.isCursorHidden()).toBe(false)
  expect((await watch.terminal.text()).match(/environment/g)).toHaveLength(1)
  expect((await logins()) - before).toBe(1)
})

describe('a manual change', () => {
  beforeAll(async () => {
    const backend = (await app.containerIds('backend'))[0] ?? ''
    const [frontend] = await app.containers('frontend')
    const [nginx] = await app.containers('nginx')
    const imageIdOf = (id = ''): Promise<string> => server.docker('inspect', '-f', '{{.Image}}', id)
    await server.docker('tag', await imageIdOf(frontend?.id), 'ghcr.io/acme/shop-frontend:by-hand')
    const run = ['run', '-d', '--name', 'started-by-hand', '--network', `${name}_default`]
    await server.docker(...run, await imageIdOf(nginx?.id))
    const byHand = `cd ${app.path} && IMAGE_TAG=by-hand docker compose -f docker-compose.yml up -d --no-deps frontend`
    expect((await server.run(['su', 'deploy', '-c', byHand])).exitCode).toBe(0)
    await server.docker('kill', backend)
    const conf = (await app.readOnServer('nginx/conf.d/default.conf')) ?? ''
    await app.writeOnServer('nginx/conf.d/default.conf', `${conf}# by hand\n`)
    await app.writeOnServer('.env', '', '600')
  })

  test('is drift, with a hint; the neighbour app is healthy', async () => {
    const { exitCode, byName } = await status('test', 'beside', '--exit-code')
    expect(exitCode).toBe(1)
    expect(byName['beside']?.verdict).toBe('ok')
    const host = byName['test']?.hosts[0] as KnownHost
    expect(host.verdict).toBe('unhealthy')
    expect(host.urls[0]).toMatchObject({ url: 'http://localhost:8191/api/health', isGood: false })
    const again = '`dray deploy test --tag v1`'
    expect(host.drift.map(({ kind, message, hint }) => [kind, message, hint])).toEqual([
      [
        'service',
        `backend is not running: container ${name}-backend-1 exited with code 137.`,
        `${again} restores it.`,
      ],
      [
        'image',
        `${name}-frontend-1 runs ghcr.io/acme/shop-frontend:by-hand, not the released image.`,
        `${again} restores it.`,
      ],
      [
        'foreign-container',
        expect.stringMatching(/^Container started-by-hand \(.*\) is in the app's network/),
        'If it is not needed, run `docker rm -f started-by-hand` on deploy@srv1.',
      ],
      ['file', 'nginx/conf.d/default.conf was changed manually.', `${again} restores it.`],
      ['env-file', `SHOP_START_MS is no longer in ${app.path}/.env.`, expect.stringContaining('Add it on')],
    ])
  })

  test('is fixed by the hints of the status', async () => {
    await app.writeOnServer('.env', 'SHOP_START_MS=300\n', '600')
    await server.docker('rm', '-f', 'started-by-hand')
    await app.mustDeploy('v1')
    expect(await testHost()).toMatchObject({ verdict: 'ok', drift: [] })
  })
})

/** Another process holds the app's lock until the given process is killed; the lock file still names the holder then. */
const holdLock = `cd "$0/.dray" && printf %s "$1" >lock
setsid flock lock sleep 600 >/dev/null 2>&1 &
echo $!
while flock -n lock true; do sleep 0.05; done`

test('shows a running deploy, and no drift during it', async () => {
  const holder = JSON.stringify({ user: 'mona', machine: 'ci', sinceMs: 1_700_000_000_000 })
  const { stdout: pid } = await server.run(['sh', '-c', holdLock, app.path, holder])
  await server.run(['rm', `${app.path}/nginx/conf.d/default.conf`])
  const lock = { holder: { user: 'mona' } }
  expect(await testHost()).toMatchObject({ verdict: 'deploying', drift: [], lock })
  await server.run(['pkill', '-9', '-s', pid.trim()])
  const after = await testHost()
  expect(after.lock).toBeUndefined()
  expect(after.drift).toMatchObject([{ kind: 'file', subject: 'nginx/conf.d/default.conf' }])
})
