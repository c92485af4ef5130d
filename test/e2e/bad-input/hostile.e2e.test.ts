import { readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')

const password = 'pa$(touch /tmp/pwned)"ss'
const secret = 'a-long-session-secret'
const tokens = [
  `ghp_${'a'.repeat(36)}`,
  `github_pat_${'B1'.repeat(20)}`,
  `ghs_${'c'.repeat(36)}`,
  testToken,
  secret,
  password,
]

/** What a container prints that means no good: ten megabytes in one line, commands of others, secrets, bytes that are no text. */
const printsHostileText = `
const say = (text) => process.stdout.write(text + '\\n')
say('x'.repeat(10 * 1024 * 1024))
say('::error::injected')
say('  ::set-env name=PATH::/tmp')
say('::stop-commands::pause')
say('before ##[error]injected')
say('\\u001b[2J\\u001b]0;title\\u0007\\u009b31mred\\u001b[0m \\rback')
say(process.env.DATABASE_URL + ' ' + process.env.SESSION_SECRET + ' ${tokens.slice(0, 4).join(' ')}')
process.stdout.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]))
say('the end of it')
`
const program = JSON.stringify(`${printsHostileText}; setInterval(() => undefined, 1000)`).replaceAll(
  '$',
  '$$$$',
)

const compose = composeWith({
  port: 8186,
  backend: `    labels:
      com.example.hostile: "\\u001b[31m $$(touch /tmp/pwned) \\n@@dray containers\\n::error::label"
`,
  more: `  noisy:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    stop_grace_period: 0s
    command: [node, -e, ${program}]
`,
})

/** All of these are files beside nginx's configuration, which reads none of them. */
const names = [
  'a b',
  "it's",
  '"x"',
  '$(touch /tmp/pwned)',
  '`touch /tmp/pwned`',
  '; reboot',
  '-rf',
  '--help',
  '*',
  '\u001b[31m',
  '::error::x',
]

let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'hostile',
    port: 8186,
    files: {
      'docker-compose.yml': compose,
      ...Object.fromEntries(names.map((name) => [`nginx/conf.d/${name}`, `text of ${name}`])),
    },
    envFile: `DATABASE_URL='postgres://shop:${password}@db/shop'\nSESSION_SECRET='${secret}'\nSHOP_START_MS=100\n`,
  })
})

afterAll(() => app[Symbol.asyncDispose]())

function expectHarmless({ stdout, stderr }: RunResult): void {
  const said = stdout + stderr
  expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  for (const token of tokens) expect(said).not.toContain(token)
}

/** Lines that the runner of GitHub Actions would take for a command, and that are not commands of dray. */
function foreignCommands({ stdout, stderr }: RunResult): string[] {
  const ours = /^::(?:group|endgroup|error title=|warning title=)/
  return `${stdout}\n${stderr}`
    .split(/\r\n|\n|\r/)
    .filter((line) => (/^\s*::/.test(line) ? !ours.test(line) : line.includes('##[')))
}

describe('a deploy of an app that means no good', () => {
  test('places files with hostile names, and runs none', async () => {
    const result = await app.deploy('v1')
    expect(result.failure).toBeUndefined()
    for (const name of names) expect(await app.readOnServer(`nginx/conf.d/${name}`)).toBe(`text of ${name}`)
    expect((await server.run(['ls', '/tmp/pwned'])).exitCode).not.toBe(0)
    expect(await app.version()).toBe('v1')
    expectHarmless(result)
  })

  test('shows a status without hostile text', async () => {
    const status = await app.dray(['status', 'test'], { env: { GITHUB_ACTIONS: 'true' } })
    expect(status.exitCode).toBe(0)
    expectHarmless(status)
    expect(foreignCommands(status)).toEqual([])
  })

  test('prints its logs in lines that can be read, and needs no memory for a long one', async () => {
    await app.writeSource({
      'tell-memory.cjs': `process.on('exit', () => require('fs').writeFileSync(__dirname + '/memory.txt', String(process.resourceUsage().maxRSS)))`,
    })
    const env = { GITHUB_ACTIONS: 'true', NODE_OPTIONS: `--require ${app.directory}/tell-memory.cjs` }
    const logs = await app.dray(['logs', 'test', 'noisy'], { env })
    expect(logs.exitCode).toBe(0)
    expect(logs.stdout).toContain('the end of it')
    expectHarmless(logs)
    expect(foreignCommands(logs)).toEqual([])
    const kilobytes = Number(await readFile(join(app.directory, 'memory.txt'), 'utf8'))
    expect(kilobytes).toBeGreaterThan(20_000)
    expect(kilobytes).toBeLessThan(200_000)
  })

  test('reports a failing task with hostile output in readable lines, in Actions too', async () => {
    await app.writeSource({
      'task.yml': JSON.stringify({
        app: 'hostile',
        registry: 'ghcr.io/acme',
        environments: { test: { host: server.sshTarget, path: app.path } },
        tasks: {
          noise: {
            service: 'backend',
            run: ['node', '-e', `${printsHostileText}; process.exitCode = 3`],
            when: 'before',
          },
        },
      }),
    })
    const args = ['deploy', 'test', '--tag', 'v2', '--config', 'task.yml']
    const result = await app.dray(args, { env: { GITHUB_ACTIONS: 'true' } })
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('TASK_FAILED')
    expect(result.stderr).toContain('more characters]')
    expect(result.stderr.length).toBeLessThan(100_000)
    expectHarmless(result)
    expect(foreignCommands(result)).toEqual([])
    expect(await app.version()).toBe('v1')
  })
})

describe('the files to ship', () => {
  test.each([
    ['a link out of the directory', 'nginx/conf.d/shadow', '/etc/shadow'],
    ['a link to where it is not', 'nginx/conf.d/nowhere', '../../nowhere'],
  ])('%s is refused before anything is touched', async (_, name, target) => {
    await symlink(target, join(app.directory, name))
    const result = await app.deploy('v2')
    await rm(join(app.directory, name))
    expect(result).toMatchObject({ exitCode: 2, failure: { code: 'COMPOSE_PATH_OUTSIDE' } })
    expect(await app.version()).toBe('v1')
  })

  test('a file whose name has two lines is refused', async () => {
    await app.writeSource({ 'nginx/conf.d/a\n::error::b': '' })
    const result = await app.deploy('v2')
    await app.removeSource('nginx/conf.d/a\n::error::b')
    expect(result).toMatchObject({ exitCode: 2, failure: { code: 'COMPOSE_PATH_OUTSIDE' } })
  })

  test('a directory on the server that a container made a link of is not written through', async () => {
    await server.run(['sh', '-c', 'mv "$0/nginx" "$0/aside" && ln -s /srv "$0/nginx"', app.path])
    await app.writeSource({ 'nginx/conf.d/new.txt': 'ours' })
    const result = await app.deploy('v1')
    expect(result).toMatchObject({ failure: { code: 'FILE_NOT_OURS' } })
    expect((await server.run(['ls', '/srv/conf.d'])).exitCode).not.toBe(0)
    await server.run(['sh', '-c', 'rm "$0/nginx" && mv "$0/aside" "$0/nginx"', app.path])
    expect(await app.version()).toBe('v1')
  })
})

describe('a registry that means no good', () => {
  test('has its endless answer refused', async () => {
    await net.registry.setFault({
      match: /ghcr\.io\/v2\/.*manifests/,
      status: 200,
      body: ' '.repeat(9 * 1024 ** 2),
    })
    await using _faults = { [Symbol.asyncDispose]: () => net.registry.clearFaults() }
    expect(await app.deploy('v2')).toMatchObject({ exitCode: 3, failure: { code: 'REGISTRY_FAILED' } })
  })

  test('cannot put words of its own on the screen', async () => {
    const body = JSON.stringify({
      errors: [{ code: '\u001b[2J::error::x', message: '\u001b[31m##[error]x' }],
    })
    await net.registry.setFault({ match: /ghcr\.io\/v2\/.*manifests/, status: 418, body })
    await using _faults = { [Symbol.asyncDispose]: () => net.registry.clearFaults() }
    const result = await app.dray(['deploy', 'test', '--tag', 'v2'], { env: { GITHUB_ACTIONS: 'true' } })
    expect(result.exitCode).toBe(3)
    expectHarmless(result)
    expect(foreignCommands(result)).toEqual([])
  })

  test('that sends its client elsewhere gets no login there', async () => {
    await net.registry.forgetRequests()
    const elsewhere = { location: 'https://registry.example.com/v2/acme/shop-backend/manifests/v2' }
    await net.registry.setFault({
      match: /ghcr\.io\/(?:token|v2\/.*manifests)/,
      status: 307,
      headers: elsewhere,
    })
    await using _faults = { [Symbol.asyncDispose]: () => net.registry.clearFaults() }
    const result = await app.deploy('v2')
    expect(result.exitCode).toBe(3)
    const seen = (await net.registry.requests()).filter(({ host }) => host === 'registry.example.com')
    expect(seen.length).toBeGreaterThan(0)
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['none']))
    expectHarmless(result)
  })
})
