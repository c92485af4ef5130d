import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { nginxConf } from '../support/compose-parts.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { specCompose } from '../../support/app/spec-compose.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv2')
const port = 8130
const tasks = { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } }
let app: TestApp
let neighbour: TestApp

/** r1 v1, r2 v2, r3 that failed, r4 v3; each with an nginx configuration of its own. A neighbour has the same images. */
beforeAll(async () => {
  await server.run(['sh', '-c', 'docker image prune -af'])
  app = await TestApp.make({
    net,
    server,
    name: 'rollback',
    port,
    files: { 'docker-compose.yml': specCompose(port) },
    config: { tasks },
  })
  neighbour = await TestApp.make({
    net,
    server,
    name: 'neighbour',
    port: port + 1,
    files: { 'docker-compose.yml': specCompose(port + 1) },
  })
  await Promise.all([deployVersion('v1'), neighbour.mustDeploy('v1')])
  await deployVersion('v2')
  expect((await app.deploy('v2-exits-at-once')).exitCode).toBe(1)
  await deployVersion('v3')
})

afterEach(() => net.registry.clearFaults())

afterAll(() => Promise.all([app, neighbour].map((it) => it[Symbol.asyncDispose]())))

const load = { connections: 0 }

describe('with the registry down, under load', () => {
  test('it goes past the failed release to the one before, images and files, and no request fails', async () => {
    const others = { containers: await neighbour.containerIds(), files: await filesOf(neighbour) }
    await net.registry.refuseConnections()
    await net.registry.forgetRequests()
    const { result, report } = await underLoad(app, load, () => app.rollback())
    expect(result.failure).toBeUndefined()
    expectNoneFailed(report)
    expect(Object.keys(report.versions).sort()).toEqual(['v2', 'v3'])
    expect(result.probe).toMatchObject({ failures: 0 })
    expect(result.plan).toMatchObject({ release: 'r5', restores: { release: 'r2', tag: 'v2' } })
    expect(stepsOf(result, 'run-task')).toEqual([])
    expect(result.plan?.notUndone?.[0]).toBe('task migrate ran since then, for r3, r4; its changes stay')
    expect(await configuration()).toBe('v2')
    expect(await net.registry.requests()).toEqual([])
    expect(await neighbour.containerIds()).toEqual(others.containers)
    expect(await filesOf(neighbour)).toBe(others.files)
  })

  test('again goes back one more release, and fails after the oldest', async () => {
    await net.registry.refuseConnections()
    const { result, report } = await underLoad(app, load, () => app.rollback())
    expectNoneFailed(report)
    expect(result.plan).toMatchObject({ release: 'r6', restores: { release: 'r1', tag: 'v1' } })
    expect(await app.version()).toBe('v1')
    expect(await configuration()).toBe('v1')
    const before = await app.containerIds()
    const refused = await app.rollback()
    expect(refused.failure).toMatchObject({ code: 'RELEASE_NONE_EARLIER', exitCode: 3 })
    expect(refused.failure?.details.problems?.join('\n')).toMatch(
      /^r4 {2}v3 .*\nr2 {2}v2 .*\nr1 {2}v1 .*serving$/,
    )
    expect(await app.containerIds()).toEqual(before)
  })

  test('`docker compose up -d` by hand then changes nothing', async () => {
    const before = await app.containerIds()
    expect((await app.compose('up', '-d')).exitCode).toBe(0)
    expect(await app.containerIds()).toEqual(before)
  })

  test('forward takes a name, and the serving release needs no change', async () => {
    await net.registry.refuseConnections()
    const result = await app.rollback('v3')
    expect(result.plan).toMatchObject({ release: 'r7', restores: { release: 'r4', tag: 'v3' } })
    expect(await app.version()).toBe('v3')
    expect(await app.rollback('r4')).toMatchObject({ exitCode: 0, outcome: 'unchanged' })
    expect((await app.rollback('r3')).failure).toMatchObject({ code: 'RELEASE_UNKNOWN', exitCode: 3 })
  })
})

test('the record and the journal say that it was a rollback, and whose', async () => {
  const record = JSON.parse((await app.readOnServer('.dray/releases/r7/release.json')) ?? '{}') as unknown
  expect(record).toMatchObject({ restores: 'r4', follows: 'r1', tag: 'v3' })
  const journal = (await app.readOnServer('.dray/journal.ndjson')) ?? ''
  const started = journal.split('\n').find((line) => line.includes('"r7"')) ?? '{}'
  expect(JSON.parse(started)).toMatchObject({
    event: 'deploy.started',
    restores: 'r4',
    by: { user: 'octocat' },
  })
})

test('the history lists all of them, including the failed one, and --limit shortens it', async () => {
  const { stdout } = await app.dray(['history', 'test', '--json'])
  const attempts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { release: string; outcome: { kind: string }; isCurrent: boolean })
  expect(attempts.map(({ release, outcome }) => `${release} ${outcome.kind}`)).toEqual([
    ...['r7 deployed', 'r6 deployed', 'r5 deployed', 'r4 deployed', 'r3 failed', 'r2 deployed'],
    'r1 deployed',
  ])
  expect(attempts.filter(({ isCurrent }) => isCurrent)).toMatchObject([{ release: 'r7' }])
  const table = await app.dray(['history', 'test', '--limit', '2'])
  expect(table.stdout).toMatch(/r7 .*serving +rolled back to r4 \(v3\)\n.*r6 .*rolled back to r1 \(v1\)\n$/)
})

test('a deploy of the tag that was rolled back to finds nothing to do but its own files', async () => {
  await app.writeSource({ 'nginx/conf.d/app.conf': nginxConf('v3') })
  const result = await app.mustDeploy('v3')
  expect(stepsOf(result, 'start-beside')).toEqual([])
  expect(await app.version()).toBe('v3')
})

describe('when an image was removed by hand', () => {
  test('and the registry is down, it is refused and nothing is touched', async () => {
    await removeImagesOf('r2')
    await net.registry.refuseConnections()
    const before = { containers: await app.containerIds(), files: await filesOf(app) }
    const result = await app.rollback('r2')
    expect(result.failure).toMatchObject({ code: 'RELEASE_IMAGE_GONE', exitCode: 3 })
    expect(result.failure?.message).toContain('Release r2 needs ghcr.io/acme/shop-')
    expect({ containers: await app.containerIds(), files: await filesOf(app) }).toEqual(before)
  })

  test('the plan says that it is pulled, and it is', async () => {
    const plan = await app.dray(['rollback', 'test', 'r2', '--dry-run'])
    expect(plan.stdout).toContain('rollback to r2 (v2)')
    expect(plan.stdout).toContain('no longer on the host, and r2 needs it')
    const result = await app.rollback('r2')
    expect(result.failure).toBeUndefined()
    expect(await app.version()).toBe('v2')
  })
})

/** Every version has its own nginx configuration. */
async function deployVersion(version: string): Promise<void> {
  await app.writeSource({ 'nginx/conf.d/app.conf': nginxConf(version) })
  await app.mustDeploy(version)
}

async function configuration(): Promise<string | null> {
  return (await fetch(`${app.url}/api/version`)).headers.get('x-configuration')
}

async function filesOf({ path }: TestApp): Promise<string> {
  const { stdout } = await server.run([
    'sh',
    '-c',
    `cd ${path} && find . -type f ! -name journal.ndjson ! -name lock | sort | xargs sha256sum`,
  ])
  return stdout
}

/** The app's own images, under all their names. */
async function removeImagesOf(release: string): Promise<void> {
  const record = (await app.readOnServer(`.dray/releases/${release}/release.json`)) ?? ''
  for (const [name] of record.matchAll(/ghcr\.io\/acme\/[^"@]+@sha256:[0-9a-f]+/g)) {
    const id = await server.docker('image', 'inspect', '--format', '{{.Id}}', name)
    await server.docker('image', 'rm', '--force', id)
  }
}
