import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Check, HostCheckup } from '../../../src/operations/doctor/checkup.ts'
import type { Failure } from '../../../src/deploy/model/events.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { addTroubledUsers } from '../bad-input/support/server-users.ts'
import { TrialApp, type Change } from '../bad-input/support/trial-app.ts'
import { readDeployResult } from '../../support/app/deploy-result.ts'

const net = attachTestNet()
const app = new TrialApp({ net, server: 'srv2', name: 'doctored', port: 8196 })

beforeAll(async () => {
  await app.prepare()
  await addTroubledUsers(app.server)
})

afterAll(() => app.remove())

type Doctor = { exitCode: number; ready: boolean; hosts: readonly HostCheckup[]; stdout: string }

async function doctor({ tag, ...change }: Change & { tag?: string }): Promise<Doctor> {
  const options = tag === undefined ? [] : ['--tag', tag]
  const argv = ['doctor', 'test', '--json', ...options]
  const { exitCode, stdout, stderr } = await app.deploy({ ...change, argv })
  expect(stderr).toBe('')
  return { exitCode, stdout, ...(JSON.parse(stdout) as Pick<Doctor, 'ready' | 'hosts'>) }
}

function failuresOf({ hosts }: Doctor): Failure[] {
  const checks = hosts.flatMap((host) => host.checks)
  return checks.flatMap((check) => (check.outcome === 'failed' ? [check.failure] : []))
}

function valuesOf(checks: readonly Check[] = []): Record<string, string> {
  return Object.fromEntries(
    checks.map((check) => [
      check.subject ?? check.name,
      check.outcome === 'ok' ? check.value : `${check.outcome} ${'needs' in check ? check.needs : ''}`,
    ]),
  )
}

test('a server that is ready: a deploy would go through, and nothing is changed', async () => {
  const before = await app.state()
  const asked = await doctor({ tag: 'v1' })
  expect(valuesOf(asked.hosts[0]?.checks)).toEqual({
    ssh: expect.stringMatching(/^answers in \d+ ms$/),
    tools: 'installed',
    docker: expect.stringMatching(/^\d+\.\d+/),
    compose: expect.stringMatching(/^2\.\d+/),
    directory: '/srv/doctored can be written',
    env: 'mode 600',
    lock: 'free',
    disk: expect.stringMatching(/\d %, .* free$/),
    clock: 'in sync',
    app: '2 services',
    'ghcr.io/acme/shop:v1': expect.stringMatching(/^v1 sha256:[0-9a-f]{12}$/),
    'nginx:alpine': expect.stringMatching(/^alpine sha256:/),
    'ghcr.io': 'reached from the server',
    ports: '8196 free',
    url: 'http://localhost:8196/ needs no DNS lookup',
    plan: expect.stringMatching(/^\d+ steps$/),
  })
  expect(asked).toMatchObject({ exitCode: 0, ready: true })
  expect(await app.state()).toBe(before)
})

test('without a tag the newest of each image is looked at, where dray.yml has a rule', async () => {
  const files = {
    'dray.yml':
      'app: doctored\nregistry: ghcr.io/acme\nenvironments:\n  test: { host: deploy@srv2, path: /srv/doctored, tag: version }\n',
  }
  const asked = await doctor({ files })
  expect(valuesOf(asked.hosts[0]?.checks)['ghcr.io/acme/shop']).toMatch(/^\S+ sha256:[0-9a-f]{12}$/)
  expect(asked.exitCode).toBe(0)
  expect(asked.stdout).not.toContain('dray-newest')
})

test('the ports of the app itself do not count as taken', async () => {
  expect((await app.deploy({})).exitCode).toBe(0)
  const { hosts, exitCode } = await doctor({ tag: 'v1' })
  expect(valuesOf(hosts[0]?.checks)).toMatchObject({ ports: '8196 used by the app', plan: 'no changes' })
  expect(exitCode).toBe(0)
})

/** A process that listens on a port of the server until the test ends it. */
const listening = (port: number) =>
  `setsid ${process.execPath} -e 'require("net").createServer().listen(${port})' </dev/null >/dev/null 2>&1 & echo $! >/run/listener
   until grep -qi ":$(printf %04X ${port}) .* 0A " /proc/net/tcp6 /proc/net/tcp; do sleep 0.05; done`

/** Directories that every user may write, so that what is the matter with a user is not that. */
const openDirectories = `
  rm -rf /srv/open /srv/empty
  mkdir -m 777 /srv/open /srv/empty
  install -m 644 /dev/null /srv/open/.env`

describe('failures are reported in the words of a deploy:', () => {
  test.each<[string, Change & { before?: string; after?: string }, string[]]>([
    ['a server that does not answer', { host: 'deploy@srv2:2299' }, ['HOST_UNREACHABLE']],
    ['a user who may not use Docker', { host: 'nodocker@srv2', path: '/srv/open' }, ['DOCKER_DENIED']],
    ['no docker command', { host: 'bare@srv2', path: '/srv/open' }, ['DOCKER_MISSING']],
    ['an old Compose', { host: 'oldcompose@srv2', path: '/srv/open' }, ['COMPOSE_TOO_OLD']],
    ['a Compose that does not run', { host: 'nocompose@srv2', path: '/srv/open' }, ['COMPOSE_NOT_INSTALLED']],
    ['no .env', { path: '/srv/empty' }, ['ENV_MISSING']],
    [
      'a compose file that is none',
      { files: { 'docker-compose.yml': 'services: 1\n' } },
      ['COMPOSE_INVALID'],
    ],
    ['a tag that is not there', { tag: 'v404' }, ['TAG_NOT_FOUND']],
    ['a registry that wants a login', { env: { GITHUB_TOKEN: undefined } }, ['REGISTRY_UNAUTHORIZED']],
    ['a service that is not there', { config: 'proxy: { service: web }\n' }, ['SERVICE_UNKNOWN']],
  ])('%s', async (_, change, codes) => {
    await app.server.run(['sh', '-ec', openDirectories])
    const { tag = 'v1', ...others } = change
    const asked = await doctor({ ...others, tag })
    const deployed = await app.deploy({ ...others, argv: ['deploy', 'test', '--tag', tag, '--json'] })
    const failures = failuresOf(asked)
    expect(failures.map(({ code }) => code)).toEqual(codes)
    expect(asked).toMatchObject({ exitCode: 3, ready: false })
    const { failure } = readDeployResult(deployed)
    const told = ({ code, message, hint }: Failure) => ({ code, message, hint })
    expect(failures.map(told)).toEqual([failure && told(failure)])
  })

  test('a port that another program uses', async () => {
    await app.server.run(['sh', '-c', listening(8197)])
    try {
      const compose = app.compose().replace('8196', '8197')
      const change = { files: { 'docker-compose.yml': compose } }
      const asked = await doctor({ ...change, tag: 'v1' })
      const deployed = await app.deploy(change)
      expect(failuresOf(asked)).toMatchObject([{ code: 'PORT_TAKEN', exitCode: 3 }])
      expect(deployed.stderr).toContain(failuresOf(asked)[0]?.message ?? '?')
    } finally {
      await app.server.run(['sh', '-c', 'kill "$(cat /run/listener)"'])
    }
  })
})

test('several failures on several hosts: each is reported, and dependent checks are skipped', async () => {
  // The same server under another name.
  const { address } = net.server('srv2')
  const change: Change = {
    files: {
      'dray.yml': `app: doctored\nregistry: ghcr.io/acme\nenvironments:\n  test: { hosts: [deploy@srv2, nodocker@${address}, "deploy@srv2:2299"], path: /srv/not-there }\nprobe: { url: "https://nowhere.invalid/" }\n`,
    },
  }
  const { hosts, exitCode } = await doctor({ ...change, tag: 'v1' })
  expect(exitCode).toBe(3)
  const codes = hosts.map(({ checks }) =>
    checks.flatMap((check) => (check.outcome === 'failed' ? [`${check.name} ${check.failure.code}`] : [])),
  )
  const missing = ['directory PATH_NOT_WRITABLE', 'env ENV_MISSING', 'url URL_CHECK_FAILED']
  expect(codes).toEqual([
    missing,
    ['docker DOCKER_DENIED', ...missing],
    ['ssh HOST_UNREACHABLE', 'url URL_CHECK_FAILED'],
  ])
  expect(valuesOf(hosts[0]?.checks)).toMatchObject({ app: 'skipped directory', image: 'skipped directory' })
  expect(valuesOf(hosts[2]?.checks)).toMatchObject({ env: 'skipped ssh', plan: 'skipped ssh' })

  const { stdout } = await app.deploy({ ...change, argv: ['doctor', 'test'] })
  expect(stdout).toMatch(/^ +deploy@srv2 +nodocker@[\d.]+ +deploy@srv2:2299$/m)
  expect(stdout).toMatch(/^Docker Engine +✓ \S+ +✗ DOCKER_DENIED +· skipped, needs SSH$/m)
  expect(stdout).toContain(
    `nodocker@${address}: User nodocker is not allowed to use Docker on nodocker@${address}.`,
  )
  expect(stdout).toMatch(/✗ A deploy to test would be refused: 9 checks failed\.\n$/)
})
