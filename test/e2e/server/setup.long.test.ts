import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostCheckup } from '../../../src/operations/doctor/checkup.ts'
import { prepareImages } from '../../support/images/prepare.ts'
import { ensureBareRoot } from '../../support/net/bare-root.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { expectRefusal } from '../bad-input/support/expect-refusal.ts'
import { TrialApp, type Change } from '../bad-input/support/trial-app.ts'

/** Of .env.example; the second may be copied, the first must not. */
const secret = 'q8Zr4TgW1xNp6LdV'
const project = { '.env.example': `SESSION_SECRET=${secret}\nSHOP_START_MS=100\n` }
const daemonConfig = '/etc/docker/daemon.json'

let net: (TestNet & AsyncDisposable) | undefined
let app: TrialApp

beforeAll(async () => {
  net = await startTestNet({ servers: { bare: { bareRoot: await ensureBareRoot() } } })
  app = new TrialApp({ net, server: 'bare', name: 'set-up', port: 8197 })
  await prepareImages({ registryPushHost: net.registry.pushHost })
}, 1_200_000)

afterAll(() => net?.[Symbol.asyncDispose]())

type Told = {
  stage: string
  hosts: { actions: { kind: string; title: string; cause: string }[]; remaining: string[] }[]
}

const dray = (argv: readonly string[], change: Change = {}): Promise<RunResult> =>
  app.deploy({ files: project, ...change, argv })

async function setUp(...options: string[]): Promise<{ kinds: string[]; remaining: string[]; stage: string }> {
  const { exitCode, stdout, stderr } = await dray(['setup', 'test', '--json', ...options])
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 })
  const { stage, hosts } = JSON.parse(stdout) as Told
  return {
    stage,
    kinds: hosts.flatMap((it) => it.actions.map(({ kind }) => kind)),
    remaining: hosts.flatMap((it) => it.remaining),
  }
}

async function failedChecks(): Promise<string[]> {
  const { stdout } = await dray(['doctor', 'test', '--tag', 'v1', '--json'])
  const { hosts } = JSON.parse(stdout) as { hosts: HostCheckup[] }
  return hosts.flatMap(({ checks }) =>
    checks.flatMap((check) => (check.outcome === 'failed' ? [check.failure.code] : [])),
  )
}

const serverSays = async (...argv: string[]): Promise<string> => (await app.server.run(argv)).stdout.trim()

describe('a server without Docker', () => {
  test('is reported by the doctor', async () => {
    expect(await failedChecks()).toEqual(['DOCKER_MISSING', 'PATH_NOT_WRITABLE', 'ENV_MISSING'])
  })

  test('is not touched unasked', async () => {
    expectRefusal(await dray(['setup', 'test']), {
      code: 'USAGE',
      exitCode: 2,
      says: 'Cannot prompt',
      hint: '`--yes`',
    })
  })

  test('is not changed by a user without root, who sees the plan', async () => {
    const refused = await dray(['setup', 'test', '--yes'], { host: 'nosudo@bare' })
    expectRefusal(refused, {
      code: 'SETUP_NEEDS_ROOT',
      exitCode: 3,
      says: /nosudo on nosudo@bare cannot become root[^]*install-packages/,
      hint: 'sudoers',
    })
  })

  test.each([
    [
      'another distribution',
      's/^ID=.*/ID=fedora/; s/^PRETTY_NAME=.*/PRETTY_NAME="Fedora 42"/',
      /runs Fedora 42; dray/,
    ],
    [
      'one whose packages have no Compose 2',
      's/^VERSION_ID=.*/VERSION_ID="12"/',
      /no Compose 2 package, and Docker's repository cannot be used: .*download\.docker\.com/,
    ],
  ])('of %s is refused, with manual steps', async (_, change, says) => {
    await app.server.run([
      'sh',
      '-c',
      `cp /etc/os-release /run/os-release; sed -i '${change}' /usr/lib/os-release`,
    ])
    try {
      const refused = await dray(['setup', 'test', '--yes'])
      expectRefusal(refused, {
        code: 'SETUP_UNSUPPORTED',
        exitCode: 3,
        says,
        hint: /https:\/\/(docs|download)\.docker\.com/,
      })
    } finally {
      await app.server.run(['cp', '/run/os-release', '/usr/lib/os-release'])
    }
  })

  test('would be made ready: a dry run says how and why, and does nothing', async () => {
    const { stdout, exitCode } = await dray(['setup', 'test', '--dry-run'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^deploy@bare: 6 actions planned$/m)
    expect(stdout).toMatch(/Extend \/etc\/docker\/daemon\.json: log size limits +container logs have no/)
    expect(stdout).toMatch(/Install docker\.io, .*since Docker's repository cannot be used/)
    expect(await failedChecks()).toContain('DOCKER_MISSING')
  })
})

describe('a server that was set up', () => {
  test('has the announced result', async () => {
    const { kinds, remaining, stage } = await setUp('--yes')
    expect(stage).toBe('done')
    expect(kinds).toEqual([
      'write-daemon-config',
      'install-packages',
      'start-docker',
      'join-docker-group',
      'make-directory',
      'write-env-file',
    ])
    expect(remaining).toEqual(['Set SESSION_SECRET on deploy@bare: `dray env test set SESSION_SECRET`.'])
    expect(await serverSays('id', '-nG', 'deploy')).toContain('docker')
    expect(await serverSays('stat', '-c', '%a %U %G', app.path, `${app.path}/.env`)).toBe(
      '755 deploy deploy\n600 deploy deploy',
    )
    expect(JSON.parse(await serverSays('cat', daemonConfig))).toEqual({
      'registry-mirrors': ['http://mirror.test:5000'],
      'insecure-registries': ['mirror.test:5000'],
      'log-driver': 'json-file',
      'log-opts': { 'max-size': '10m', 'max-file': '5' },
    })
    expect(await serverSays('sh', '-c', 'cat /etc/docker/daemon.json.before-*')).not.toContain('log-opts')
  })

  test('has a .env with the names to fill in, and no secret of the example', async () => {
    const text = await serverSays('cat', `${app.path}/.env`)
    expect(text).toMatch(/^SESSION_SECRET=\nSHOP_START_MS=100$/m)
    expect(await app.server.findOnDisk(secret)).toEqual([])
  })

  test('is remaining as it is by a second run, its .env above all', async () => {
    await dray(['env', 'test', 'set', 'SESSION_SECRET'], { files: project })
    await app.server.run(['sh', '-c', `echo SESSION_SECRET=filled-in >>${app.path}/.env`])
    const state = 'stat -c "%n %Y %i" /etc/docker /etc/docker/* /srv/*/.env /etc/group; cat /run/docker.pid'
    const before = await serverSays('sh', '-c', state)
    expect(await setUp('--yes')).toEqual({ stage: 'planned', kinds: [], remaining: [] })
    expect((await dray(['setup', 'test', '--yes'])).stdout).toBe('✓ deploy@bare: nothing to do.\n')
    expect(await serverSays('sh', '-c', state)).toBe(before)
  })

  test('takes a deploy', async () => {
    expect(await failedChecks()).toEqual([])
    expect(await app.deploy({ files: project })).toMatchObject({ exitCode: 0 })
    expect(await app.answer()).toContain('v1')
  })

  test('keeps its containers running when its configuration changes, and lists the remaining steps', async () => {
    const ids = await app.server.docker('ps', '-q', '--no-trunc')
    const pid = await serverSays('cat', '/run/docker.pid')
    await app.server.writeFile(daemonConfig, '{ "registry-mirrors": ["http://mirror.test:5000"] }')
    const { kinds, remaining } = await setUp('--yes')
    expect(kinds).toEqual(['write-daemon-config'])
    expect(remaining).toEqual([
      expect.stringMatching(/^2 containers are running on .*`sudo systemctl restart docker`/),
    ])
    expect(await serverSays('cat', '/run/docker.pid')).toBe(pid)
    expect(await app.server.docker('ps', '-q', '--no-trunc')).toBe(ids)
  })

  test('has Docker restarted for its configuration when no container runs', async () => {
    await app.remove()
    await app.server.writeFile(daemonConfig, '{}')
    expect((await setUp('--yes')).kinds).toEqual(
      expect.arrayContaining(['write-daemon-config', 'restart-docker', 'make-directory', 'write-env-file']),
    )
    expect(await app.server.docker('info', '--format', '{{.LoggingDriver}}')).toBe('json-file')
  })
})

test('a configuration that Docker would not take is not put in place', async () => {
  const broken = '{ "no-such-setting": true }'
  await app.server.writeFile(daemonConfig, broken)
  const failed = await dray(['setup', 'test', '--yes'])
  expectRefusal(failed, {
    code: 'SETUP_FAILED',
    exitCode: 4,
    says: /no-such-setting/,
    hint: /run the same command again/i,
  })
  expect(await serverSays('cat', daemonConfig)).toBe(broken)
})
