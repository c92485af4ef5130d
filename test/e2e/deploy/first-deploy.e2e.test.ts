import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { stepsOf, type DeployResult } from '../../support/app/deploy-result.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const envText = 'SESSION_SECRET=only-on-the-server\nSHOP_START_MS=300\n'
let app: TestApp
let first: DeployResult

beforeAll(async () => {
  await server.run(['sh', '-c', 'docker image prune -af'])
  app = await TestApp.make({
    net,
    server,
    name: 'shop',
    files: { 'docker-compose.yml': specCompose() },
    envFile: envText,
  })
  first = await app.deploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

describe("the specification's compose file, unchanged, on a bare server", () => {
  test('is deployed, and answers through its proxy', async () => {
    expect(first.failure).toBeUndefined()
    expect(first).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(await app.version('/api/version')).toBe('v1')
    expect(await app.version('/')).toBe('v1')
  })

  test('is on the server byte for byte, with only images in the file beside it', async () => {
    expect(await app.readOnServer('docker-compose.yml')).toBe(specCompose())
    const override = (await app.readOnServer('docker-compose.override.yml')) ?? ''
    const entries = override.split('\n').filter((line) => /^ {4}\S/.test(line))
    expect(entries).toHaveLength(3)
    for (const entry of entries) expect(entry).toMatch(/^ {4}image: ["']?\S+@sha256:[0-9a-f]{64}["']?$/)
  })

  test('runs by digest, one container for each service', async () => {
    const containers = await app.containers()
    expect(containers.map(({ service, state }) => `${service} ${state}`)).toEqual([
      'backend running',
      'frontend running',
      'nginx running',
    ])
    for (const { image } of containers) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/)
  })

  test('leaves .env as it is, and its values where they are', async () => {
    expect(await app.readOnServer('.env')).toBe(envText)
    const { stdout } = await server.run(['stat', '-c', '%a %U', `${app.path}/.env`])
    expect(stdout.trim()).toBe('600 deploy')
    expect(first.stdout + first.stderr).not.toContain('only-on-the-server')
    const { stdout: holders } = await server.run(['grep', '-rl', 'only-on-the-server', app.path])
    expect(holders.trim()).toBe(`${app.path}/.env`)
  })

  test('is probed meanwhile, and the report says how often', () => {
    expect(first.probe?.url).toBe('http://localhost:80/api/health')
    expect(first.probe?.requests).toBeGreaterThan(0)
  })

  test('records the deploy, without a secret', async () => {
    const release = JSON.parse(
      (await app.readOnServer(`.dray/releases/${first.plan?.release}/release.json`)) ?? '',
    ) as { tag: string; by: { user: string }; variables: string[]; services: Record<string, { tag: string }> }
    expect(release).toMatchObject({ tag: 'v1', by: { user: 'octocat' } })
    expect(release.variables).toEqual(['SESSION_SECRET', 'SHOP_START_MS'])
    expect(release.services['backend']?.tag).toBe('v1')
    const journal = (await app.readOnServer('.dray/journal.ndjson')) ?? ''
    const entries = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; outcome?: string })
    expect(entries[0]?.event).toBe('deploy.started')
    expect(entries.at(-1)).toMatchObject({ event: 'deploy.finished', outcome: 'deployed' })
    expect(journal).not.toContain(testToken)
  })
})

describe('after it', () => {
  test('`docker compose up -d` typed by hand changes nothing', async () => {
    const before = await app.containerIds()
    const { exitCode } = await app.compose('up', '-d')
    expect(exitCode).toBe(0)
    expect(await app.containerIds()).toEqual(before)
  })

  test('the same tag again recreates nothing, and says so', async () => {
    const before = await app.containerIds()
    const again = await app.dray(['deploy', 'test', '--tag', 'v1', '--plain'])
    expect(again.exitCode).toBe(0)
    expect(again.stdout).toMatch(/Nothing to do: release \S+ of shop is already running on test/)
    expect(await app.containerIds()).toEqual(before)
    expect((await app.deploy('v1')).plan).toMatchObject({ unchanged: true, steps: [] })
  })

  test('`dray plan` shows the next release, and does nothing', async () => {
    const before = await app.containerIds()
    const requestsBefore = await app.readOnServer('.dray/journal.ndjson')
    const plan = await app.dray(['plan', 'test', '--tag', 'v2'])
    expect(plan.exitCode).toBe(0)
    expect(plan.stdout).toMatch(/acme\/shop-backend:v2/)
    expect(plan.stdout).toMatch(/new image/)
    expect(await app.containerIds()).toEqual(before)
    expect(await app.readOnServer('.dray/journal.ndjson')).toBe(requestsBefore)
    const steps = await app.deploy('v2', '--dry-run')
    expect(
      stepsOf(steps, 'start-beside').flatMap(({ services }) => services.map((it) => it.service)),
    ).toEqual(expect.arrayContaining(['backend', 'frontend']))
  })
})
