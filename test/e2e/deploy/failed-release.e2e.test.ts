import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { DeployResult } from '../../support/app/deploy-result.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv1')
const compose = specCompose()
  .replace('interval: 10s', 'interval: 500ms')
  .replace('timeout: 5s', 'timeout: 1s')
const healthUrl = 'http://localhost/api/health'
const tasks = { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } }
let app: TestApp
let before: { containers: string[]; files: string }

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'failing',
    files: { 'docker-compose.yml': compose },
    config: { tasks },
  })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

beforeEach(async () => {
  before = await state()
})

describe('a release that is not fit to serve: the old one serves on, nothing of it stays, no request fails', () => {
  test('one that never becomes healthy', async () => {
    const result = await deployUnderLoad('v2-never-healthy')
    expect(result.failure).toMatchObject({
      exitCode: 1,
      code: 'SERVICE_UNHEALTHY',
      serving: 'Release r1 (v1) is serving, as before.',
    })
    expect(result.failure?.message).toMatch(
      /^backend was not healthy within|^Docker reports backend as unhealthy/,
    )
    expect(logOf(result)).toContain('waiting for the column orders.colour')
    expect(result.failure?.undone?.join()).toMatch(/failing-backend-\d+.* removed/)
    expect(result.failure?.notUndone).toEqual(['task migrate has run'])
  })

  test('one that exits at once, within seconds', async () => {
    await app.writeSource({ 'dray.yml': drayFile(healthUrl) })
    const result = await deployUnderLoad('v2-exits-at-once')
    expect(result.failure).toMatchObject({ exitCode: 1, code: 'SERVICE_EXITED' })
    expect(logOf(result)).toContain('FATAL: SESSION_KEY is not set')
    const started = result.events.find((it) => it.type === 'step.started' && it.kind === 'start-beside')
    const failed = result.events.find((it) => it.type === 'undo.started')
    expect(Date.parse(failed?.time ?? '') - Date.parse(started?.time ?? '')).toBeLessThan(60_000)
  })

  test('one that starts and crashes, over and over', async () => {
    const result = await deployUnderLoad('v2-crash-loop')
    expect(result.failure?.code).toMatch(/SERVICE_EXITED|SERVICE_UNHEALTHY/)
    expect(logOf(result)).toContain('FATAL: out of file handles')
  })

  test('one whose health check cannot run', async () => {
    const result = await deployUnderLoad('v2-no-curl')
    expect(result.failure).toMatchObject({ exitCode: 1, code: 'HEALTHCHECK_BROKEN' })
    expect(result.failure?.message).toContain('curl')
  })

  test('one that does not answer at the URL', async () => {
    await app.writeSource({ 'dray.yml': drayFile('http://localhost/api/nowhere') })
    const result = await deployUnderLoad('v2', ['v1', 'v2'])
    expect(result.failure).toMatchObject({ exitCode: 1, code: 'URL_CHECK_FAILED' })
    expect(result.failure?.message).toContain('http://localhost/api/nowhere answers 404')
    expect(result.failure?.undone).toContain('traffic switched back')
    await app.writeSource({ 'dray.yml': drayFile(healthUrl) })
  })

  test('one for another platform', async () => {
    const result = await deployUnderLoad('v2-other-platform')
    expect(result).toMatchObject({ exitCode: 3, failure: { code: 'PLATFORM_MISSING' } })
  })

  /** The versions that answer meanwhile are the old one alone, unless told. */
  async function deployUnderLoad(tag: string, versions = ['v1']): Promise<DeployResult> {
    const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy(tag))
    expectNoneFailed(report)
    expect(Object.keys(report.versions)).toEqual(versions)
    expect(result.exitCode).toBe(result.failure?.exitCode)
    expect(await state()).toEqual(before)
    return result
  }
})

describe('afterwards', () => {
  test('prints the reason, the end of the log, the serving release and the undone steps', async () => {
    const result = await app.dray(['deploy', 'test', '--tag', 'v2-exits-at-once', '--plain'])
    expect(result.exitCode).toBe(1)
    const parts = [
      '[SERVICE_EXITED]',
      'Last lines of',
      'FATAL: SESSION_KEY is not set',
      'is serving, as before',
      'Undone:',
    ]
    expect(result.stderr).toContain(parts[0])
    const places = parts.map((part) => result.stderr.lastIndexOf(part))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(result.stdout).toMatch(/Probe of http:\/\/localhost\/api\/health: \d+ requests, 0 failed/)
  })

  test('`docker compose up -d` by hand keeps the old release', async () => {
    expect((await app.compose('up', '-d')).exitCode).toBe(0)
    expect(await state()).toEqual(before)
  })

  test('a good release is deployed', async () => {
    await app.mustDeploy('v2')
    expect(await app.version()).toBe('v2')
  })
})

describe('a first release that is not fit to serve', () => {
  test('leaves no container, and says that nothing serves', async () => {
    await using bare = await TestApp.make({
      net,
      server,
      name: 'first-fails',
      port: 8090,
      files: { 'docker-compose.yml': compose.replace('"80:80"', '"8090:80"') },
    })
    const result = await bare.deploy('v2-exits-at-once')
    expect(result).toMatchObject({
      exitCode: 1,
      failure: { code: 'SERVICE_EXITED', serving: 'Nothing is serving, as before.' },
    })
    expect(await bare.containers()).toEqual([])
    expect(await bare.readOnServer('docker-compose.yml')).toBeUndefined()
    expect(await bare.readOnServer('.env')).toBe('SHOP_START_MS=300\n')
    await bare.mustDeploy('v1')
    expect(await bare.version()).toBe('v1')
  })
})

/** Containers by id, and every file of the app but dray's own records. */
async function state() {
  const script = 'cd "$0" && find . -path ./.dray -prune -o -type f -exec sha256sum {} + | sort'
  const { stdout: files } = await server.run(['sh', '-c', script, app.path])
  return { containers: await app.containerIds(), files }
}

const logOf = (result: DeployResult): string => (result.failure?.details.logTail ?? []).join('\n')

function drayFile(url: string): string {
  return JSON.stringify({
    app: 'failing',
    registry: 'ghcr.io/acme',
    environments: { test: { host: server.sshTarget, path: app.path } },
    probe: { url },
  })
}
