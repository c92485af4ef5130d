import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EnvironmentStatus } from '../../../src/operations/status/status.ts'
import { findBarriers } from '../../support/browser/find-barriers.ts'
import { openUiPage } from '../../support/browser/ui-page.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv1')
const host = server.sshTarget
const secret = 'only-the-server-knows'
const port = 8146
/** What stands in for the page's `/usr/bin/node`: the Node of these tests, which trusts the test registry. */
const node = '/usr/local/lib/node-of-the-page'
let app: TestApp
let page: string
const key = ['-i', 'ci-key', '-o', 'IdentitiesOnly=yes']
const credentials = `GITHUB_ACTOR=octocat\nGITHUB_TOKEN=${testToken}\n`
const sshConfig = '/root/.ssh/config'
const said: string[] = []
let plainSshConfig: string

beforeAll(async () => {
  page = await readFile(join(cloneDirectory, 'docs/least-rights.md'), 'utf8')
  app = await TestApp.make({
    net,
    server,
    name: 'shop',
    port,
    files: { 'docker-compose.yml': composeWith({ port }) },
    config: {
      environments: {
        test: { host, path: '/srv/shop' },
        'on-server': { host: 'local', path: '/srv/shop' },
        gated: { host: 'gated', path: '/srv/shop' },
        elsewhere: { host: 'gated', path: '/srv/other' },
        'with-another': { hosts: ['deploy@localhost', 'deploy@nowhere.invalid'], path: '/srv/shop' },
      },
    },
    envFile: `SHOP_START_MS=300\nSESSION_SECRET=${secret}\n`,
  })
  await app.writeSource({
    'tools/dray.mjs': await readFile(join(cloneDirectory, 'dist/dray.mjs'), 'utf8'),
  })
  await server.writeFile('/srv/ca.pem', await readFile(net.registry.facts.caFile, 'utf8'))
  await server.writeFile(node, `#!/bin/sh\nNODE_EXTRA_CA_CERTS=/srv/ca.pem exec ${process.execPath} "$@"\n`)
  await server.run(['chmod', '755', node])
  await app.mustDeploy('v1')
  await setUpAsThePageSays()
  plainSshConfig = (await net.client.run(['cat', sshConfig])).stdout
  const gated = `Host gated\n  HostName ${server.name}\n  User deploy\n  IdentityFile ${app.directory}/ci-key\n  IdentitiesOnly yes\n`
  await net.client.writeFile(sshConfig, gated + plainSshConfig)
})

afterAll(async () => {
  await net.client.writeFile(sshConfig, plainSshConfig)
  await server.run(['sed', '-i', '/dray.mjs gate/d', '/home/deploy/.ssh/authorized_keys'])
  await server.run(['rm', '-rf', '/etc/shop', '/srv/ca.pem', node])
  await app[Symbol.asyncDispose]()
})

describe('with the key of the page', () => {
  test('deploys a release from the files on the server, and no request is lost', async () => {
    const { result, report } = await underLoad(app, { connections: 0 }, () => ask('v2'))
    expect(result).toMatchObject({ exitCode: 0 })
    expectNoneFailed(report)
    expect(await app.version()).toBe('v2')
    expect(await server.findOnDisk(testToken)).toEqual([])
  })

  test('a bad release is refused, with the exit code of the deploy', async () => {
    const result = await ask('v2-exits-at-once')
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('[SERVICE_EXITED]') as string,
    })
    expect(await app.version()).toBe('v2')
  })

  test('a deploy continues to its end when the client that asked for it is gone', async () => {
    const [begun, ended] = await Promise.all([
      journalCount('deploy.started'),
      journalCount('deploy.finished'),
    ])
    const argv = ['ssh', ...key, host, 'deploy', 'v3']
    const asking = net.client.start(argv, { cwd: app.directory, input: credentials })
    await journalHas('deploy.started', begun + 1)
    asking.kill('SIGKILL')
    await asking.done
    await journalHas('deploy.finished', ended + 1)
    expect(await app.version()).toBe('v3')
  })
})

describe('the key cannot, as documented:', () => {
  test.each([
    ['open a shell', [host]],
    ['run a command', [host, 'cat /srv/shop/.env']],
    ['run one behind a request', [host, 'deploy v1;cat /srv/shop/.env']],
    ['run one within a request', [host, 'deploy $(cat /srv/shop/.env)']],
    ['name another dray.yml', [host, 'deploy v1 --config /tmp/dray.yml']],
    ['roll back', [host, 'rollback']],
    ['read the state', [host, 'status']],
  ])('%s', async (_, args) => {
    const result = await ssh(args)
    expect(result).toMatchObject({ exitCode: 3 })
    expect(`${result.stdout}${result.stderr}`).toContain('[GATE_REFUSED]')
  })

  test('open a terminal', async () => {
    const { exitCode, stderr } = await ssh(['-tt', host])
    expect(exitCode).toBe(255)
    expect(stderr).toContain('PTY allocation request failed')
  })

  test('start sftp', async () => {
    expect(await ssh(['-s', host, 'sftp'])).toMatchObject({ exitCode: 3, stdout: '' })
  })

  test('copy files', async () => {
    for (const protocol of ['-s', '-O']) {
      const { exitCode } = await onClient(['scp', protocol, ...key, `${host}:/srv/shop/.env`, 'stolen'])
      expect(exitCode).not.toBe(0)
    }
    expect((await onClient(['ls', 'stolen'])).exitCode).not.toBe(0)
  })

  test("reach Docker's socket", async () => {
    const forward = `timeout 60 ssh ${key.join(' ')} -N -L "$PWD/socket:/var/run/docker.sock" ${host} &
      until [ -S socket ]; do sleep 0.05; done
      curl -s --unix-socket socket http://docker/version; code=$?; kill $!; exit $code`
    const { exitCode, stdout } = await onClient(['sh', '-c', forward])
    expect(stdout).toBe('')
    expect(exitCode).not.toBe(0)
  })

  test('reach a port, or open one', async () => {
    const through = await ssh(['-W', `localhost:${port}`, host])
    expect(through).toMatchObject({ exitCode: 255, stderr: expect.stringContaining('prohibited') as string })
    const back = await ssh(['-o', 'ExitOnForwardFailure=yes', '-N', '-R', '8999:localhost:22', host])
    expect(back).toMatchObject({ exitCode: 255 })
  })

  test('choose other images, or bring variables along', async () => {
    const input = `GITHUB_TOKEN=${testToken}\nREGISTRY_OWNER=mallory\n`
    const owner = await ssh([host, 'deploy', 'v1'], input)
    expect(owner.stderr).toContain('This key may not set REGISTRY_OWNER.')
    const brought = ['REGISTRY_OWNER=mallory', 'NODE_OPTIONS=--title=mallory', 'ENV=mallory'].join(' ')
    const variables = await ssh(['-o', `SetEnv=${brought}`, host, 'deploy', 'v3'], credentials)
    expect(variables).toMatchObject({ exitCode: 0 })
    expect((await app.containers('backend')).map(({ image }) => image)).toEqual([
      expect.stringMatching(/^ghcr\.io\/acme\/shop-backend@sha256:/),
    ])
  })

  test('be used as a key of dray', async () => {
    for (const args of [
      ['exec', 'gated', 'backend', '--', 'env'],
      ['env', 'gated'],
      ['logs', 'gated'],
    ]) {
      const result = await app.dray(args)
      said.push(result.stdout, result.stderr)
      expect(result).toMatchObject({ exitCode: 3, stdout: '' })
      expect(result.stderr).toContain('[GATE_REFUSED]')
      expect(result.stderr).toContain('The key that gated accepted is one of `dray gate`')
    }
  })

  test('read `.env` in any output', () => {
    expect(said.length).toBeGreaterThan(15)
    expect(said.filter((text) => text.includes(secret))).toEqual([])
  })
})

describe('with `status` and `history` allowed as well', () => {
  const keys = '/home/deploy/.ssh/authorized_keys'

  beforeAll(async () => {
    await server.run(['sed', '-i', 's/ on-server" / on-server deploy status history" /', keys])
  })

  test('the key has no more freedom than these requests', async () => {
    for (const asked of ['status --json --watch', 'history --steps', 'rollback', 'sh']) {
      const result = await ssh([host, asked])
      expect(result).toMatchObject({ exitCode: 3, stdout: '' })
      expect(result.stderr).toContain('[GATE_REFUSED]')
    }
    expect(await ssh([host, 'status'])).toMatchObject({ exitCode: 0 })
  })

  test('dray shows the state and the history as with any key', async () => {
    const read = async (args: readonly string[]): Promise<Record<string, unknown>[]> => {
      const result = await app.dray(args)
      said.push(result.stdout, result.stderr)
      expect(result).toMatchObject({ exitCode: 0 })
      return result.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    }
    const [gated] = await read(['status', 'gated', '--json'])
    const [known] = await read(['status', 'test', '--json'])
    const stateOf = (line?: Record<string, unknown>): unknown =>
      JSON.parse(
        JSON.stringify(line?.['hosts'], (name, value: unknown) =>
          ['host', 'ageMs', 'upMs', 'usedBytes', 'availableBytes'].includes(name) ? undefined : value,
        ),
      )
    expect(gated).toMatchObject({ environment: 'gated', hosts: [{ host: 'gated' }] })
    expect(stateOf(gated)).toEqual(stateOf(known))
    const withoutHost = (lines: Record<string, unknown>[]): unknown =>
      lines.map(({ host: _host, time: _time, ...line }) => line)
    const told = await read(['history', 'gated', '--steps', '--json'])
    expect(withoutHost(told)).toEqual(withoutHost(await read(['history', 'test', '--steps', '--json'])))
    const many = ['--limit', '30', '--json']
    const limited = await read(['history', 'gated', ...many])
    expect(withoutHost(limited)).toEqual(withoutHost(await read(['history', 'test', ...many])))
    expect(await app.dray(['logs', 'gated'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('[GATE_REFUSED]') as string,
    })
  })

  test('`dray status --watch` says when something changes, until it is stopped', async () => {
    const verdicts: unknown[] = []
    const onLine = (line: string): number => verdicts.push((JSON.parse(line) as EnvironmentStatus).verdict)
    const watch = app.startDray(['status', 'gated', '--watch', '--json'], { onLine, timeoutMs: 300_000 })
    await expect.poll(() => verdicts).toEqual(['ok'])
    await app.compose('kill', 'backend')
    await expect.poll(() => verdicts).toEqual(['ok', 'unhealthy'])
    await app.compose('start', 'backend')
    await expect.poll(() => verdicts.at(-1)).toBe('ok')
    watch.kill('SIGINT')
    const { exitCode, stdout, stderr } = await watch.done
    said.push(stdout, stderr)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('`dray status --watch` follows a deploy on a terminal', async () => {
    const release = (await app.dray(['status', 'gated'])).stdout.match(/\br(\d+)\b/)?.[1] ?? ''
    const another = (await app.version()) === 'v1' ? 'v3' : 'v1'
    const watch = app.drayOnTerminal(['status', 'gated', '--watch'])
    await watch.untilShown(new RegExp(`✓ +gated +gated +ok +r${release}\\b[^]*Ctrl-C ends it`))
    expect(await ask(another)).toMatchObject({ exitCode: 0 })
    await watch.untilShown(new RegExp(`✓ +gated +gated +ok +r${Number(release) + 1}\\b`))
    watch.type('\u0003')
    expect(await watch.exited).toBe(0)
    said.push(await watch.terminal.text())
  })

  test('the page shows both, follows a deploy, and says what the key may not do', async () => {
    await using seen = await openUiPage(app, net.client.entering(), { args: ['gated'] })
    const { page: shown, show } = seen
    const release = (await app.dray(['status', 'gated'])).stdout.match(/\br\d+\b/)?.[0] ?? ''
    const tag = (await app.version()) ?? ''
    const card = shown.getByRole('article', { name: 'gated' })
    for (const text of ['✓ ok', release, '✓ succeeded']) await card.getByText(text).first().waitFor()
    await show('/gated')
    await shown
      .locator('.event', { hasText: `${release} ` })
      .first()
      .waitFor()
    await show('/gated/live')
    await shown.getByText(`✓ ${release} (${tag}) deployed`).waitFor()
    const next = `r${Number(release.slice(1)) + 1}`
    const asking = ask('v2')
    await shown.getByText(`✓ ${next} (v2) deployed`).waitFor()
    expect(await asking).toMatchObject({ exitCode: 0 })
    for (const screen of ['disk', 'containers', 'logs', 'variables']) {
      await show(`/gated/${screen}`)
      await shown.getByText('The key that gated accepted is one of').first().waitFor()
    }
    expect(await shown.content()).not.toContain(secret)
    expect(await findBarriers(shown)).toEqual([])
  })

  test('of several servers of a gate, one that is down is named, and the others are shown', async () => {
    const ownKey = `cd ~/.ssh && ssh-keygen -q -t ed25519 -N '' -C to-itself -f id_ed25519 &&
      cat id_ed25519.pub >>authorized_keys && ssh-keyscan -t ed25519 localhost >>known_hosts`
    expect(await server.run(['su', 'deploy', '-c', ownKey])).toMatchObject({ exitCode: 0 })
    await server.run(['sed', '-i', 's/ on-server deploy / with-another deploy /', keys])
    const history = await app.dray(['history', 'gated', '--json'])
    const status = await app.dray(['status', 'gated', '--json'])
    await using seen = await openUiPage(app, net.client.entering(), { args: ['gated'] })
    const { page: shown, show } = seen
    await shown.getByText('✓ succeeded').first().waitFor()
    for (const screen of ['timeline', 'live']) {
      await show(screen === 'timeline' ? '/gated' : '/gated/live')
      await shown.getByText('gated: deploy@localhost').first().waitFor()
      await shown
        .getByText(/The gate of gated: .*nowhere\.invalid/)
        .first()
        .waitFor()
    }
    expect(await findBarriers(shown)).toEqual([])
    await server.run(['sed', '-i', 's/ with-another deploy / on-server deploy /; / to-itself$/d', keys])
    await server.run(['sh', '-c', 'cd /home/deploy/.ssh && rm id_ed25519 id_ed25519.pub known_hosts'])
    said.push(history.stdout, history.stderr, status.stdout, status.stderr)
    expect(history.exitCode).toBe(3)
    const lines = history.stdout.trim().split('\n')
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      ...lines.slice(0, -2).map((): unknown => expect.objectContaining({ host: 'gated: deploy@localhost' })),
      expect.objectContaining({ type: 'history.unread', host: 'gated: deploy@nowhere.invalid' }),
      expect.objectContaining({ type: 'failed' }),
    ])
    expect(JSON.parse(status.stdout)).toMatchObject({
      hosts: [
        { host: 'gated: deploy@localhost', verdict: 'ok' },
        { host: 'gated: deploy@nowhere.invalid', verdict: 'unknown' },
      ],
    })
  })

  test('the state of another app on the host is not shown', async () => {
    const { exitCode, stdout } = await app.dray(['status', 'elsewhere', '--json'])
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      hosts: [
        {
          verdict: 'unknown',
          failure: {
            message: expect.stringContaining('for the app in /srv/shop, not in /srv/other') as string,
          },
        },
      ],
    })
  })
})

/** Types what the page has people type, with the names of the test network. */
async function setUpAsThePageSays(): Promise<void> {
  const blocks = [...page.matchAll(/^```(?:sh)?\n(.*)\n```$/gm)].map(([, line = '']) => line)
  const find = (start: string): string => {
    const block = blocks.find((line) => line.startsWith(start))
    if (block === undefined) throw new Error(`The page has no line that begins with ${start}.`)
    return block.replaceAll('shop.example.com', server.name).replace('/usr/bin/node', node)
  }
  for (const start of ['tar ', 'ssh-keygen ']) {
    const { exitCode, stderr } = await onClient(['sh', '-c', find(start)])
    if (exitCode !== 0) throw new Error(stderr)
  }
  const publicKey = (await onClient(['cat', 'ci-key.pub'])).stdout.trim()
  const line = find('restrict,').replace(/ssh-ed25519 .*/, publicKey)
  const append = 'cat >>/home/deploy/.ssh/authorized_keys'
  await server.run(['sh', '-c', append], { input: `${line}\n` })
}

/** The command that the page has CI run. */
function requestOfThePage(): string {
  const [, line = ''] = /^(printf .* \| ssh .*)$/m.exec(page) ?? []
  return line.replace('shop.example.com', server.name)
}

function ask(tag: string): Promise<RunResult> {
  const env = { GITHUB_ACTOR: 'octocat', GITHUB_TOKEN: testToken, IMAGE_TAG: tag }
  return onClient(['sh', '-c', requestOfThePage()], { env })
}

function ssh(args: readonly string[], input = ''): Promise<RunResult> {
  return onClient(['ssh', ...key, ...args], { input })
}

async function onClient(
  argv: readonly string[],
  options: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<RunResult> {
  const result = await net.client.run(argv, { cwd: app.directory, ...options })
  said.push(result.stdout, result.stderr)
  return result
}

const journal = '/srv/shop/.dray/journal.ndjson'

async function journalCount(event: string): Promise<number> {
  return Number((await server.run(['grep', '-c', `"event":"${event}"`, journal])).stdout)
}

async function journalHas(event: string, count: number): Promise<void> {
  const wait = `until [ "$(grep -c '"event":"${event}"' ${journal})" -ge ${count} ]; do sleep 0.1; done`
  expect(await server.run(['timeout', '60', 'sh', '-c', wait])).toMatchObject({ exitCode: 0 })
}
