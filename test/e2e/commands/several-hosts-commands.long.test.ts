import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestApp } from '../../support/app/test-app.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const [one, two] = [net.server('srv1'), net.server('srv2')]
let app: TestApp
/** The same app on the second server. */
let twin: TestApp

/** Without a proxy: a host needs no service of the other. */
const compose = `
services:
  frontend:
    image: ghcr.io/acme/shop-frontend:\${IMAGE_TAG}
  backend:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG}
    env_file: [.env]
`

const writeHosts = (...hosts: unknown[]): Promise<void> => {
  const file = {
    app: 'pair',
    registry: 'ghcr.io/acme',
    environments: { test: { hosts, path: app.path, rolling: { hosts: 1, watch: '1s' } } },
    tasks: { hello: { service: 'backend', run: ['echo', 'hello'], when: 'manual' } },
  }
  return app.writeSource({ 'dray.yml': JSON.stringify(file), 'docker-compose.yml': compose })
}

const linesOf = (text: string): { type: string; host?: string }[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; host?: string })

const hostsIn = (text: string, type: string): unknown[] => [
  ...new Set(linesOf(text).flatMap((line) => (line.type === type ? [line.host] : []))),
]

beforeAll(async () => {
  twin = await TestApp.make({ net, name: 'pair', server: two })
  app = await TestApp.make({ net, name: 'pair', server: one })
  await writeHosts(one.sshTarget, two.sshTarget)
})

afterAll(async () => {
  await Promise.all([app, twin].map((it) => it[Symbol.asyncDispose]()))
})

describe('one host has the release, the other has none yet', () => {
  beforeAll(() => app.mustDeploy('v1', '--without', two.sshTarget))

  test('logs prints those that there are, and names the host without any', async () => {
    const { exitCode, stdout, stderr } = await app.dray(['logs', 'test', 'backend'])
    expect(stdout).toContain('shop backend v1 listens')
    expect(stderr).toContain(`Nothing is deployed to ${app.path} on ${two.sshTarget} yet.`)
    expect(exitCode).toBe(3)
  })

  test('history and disk print both hosts', async () => {
    const history = await app.dray(['history', 'test', '--json'])
    expect(history.exitCode).toBe(0)
    expect(hostsIn(history.stdout, 'history.attempt')).toEqual([one.sshTarget])
    const disk = await app.dray(['disk', 'test', '--json'])
    expect(disk.exitCode).toBe(0)
    expect(hostsIn(disk.stdout, 'disk')).toEqual([one.sshTarget, two.sshTarget])
  })
})

describe('the second host runs the backend only', () => {
  beforeAll(async () => {
    await writeHosts(
      { host: one.sshTarget, services: ['frontend'] },
      { host: two.sshTarget, services: ['backend'] },
    )
    await app.mustDeploy('v2')
  })

  test('exec, run and task choose the host that runs the service', async () => {
    const exec = await app.dray(['exec', 'test', 'backend', '--', 'cat', '/proc/sys/kernel/hostname'])
    expect(exec.exitCode).toBe(0)
    const ids = (await twin.containers('backend')).map(({ id }) => id.slice(0, 12))
    expect(ids).toContain(exec.stdout.trim())
    expect(await app.dray(['run', 'test', 'backend', '--', 'echo', 'ran'])).toMatchObject({
      exitCode: 0,
      stdout: 'ran\n',
    })
    expect(await app.dray(['task', 'hello', 'test'])).toMatchObject({ exitCode: 0, stdout: 'hello\n' })
    const history = await app.dray(['history', 'test', '--json'])
    expect(hostsIn(history.stdout, 'history.task')).toEqual([two.sshTarget])
  })

  test('logs of a service come from its host', async () => {
    const { exitCode, stdout } = await app.dray(['logs', 'test', 'backend', '--json'])
    expect(exitCode).toBe(0)
    expect(hostsIn(stdout, 'log.line')).toEqual([two.sshTarget])
  })

  test('diff compares a host of each role', async () => {
    const same = await app.dray(['diff', 'test', '--tag', 'v2', '--exit-code', '--json'])
    expect(same.exitCode).toBe(0)
    expect(hostsIn(same.stdout, 'diff')).toEqual([one.sshTarget, two.sshTarget])
    const { exitCode, stdout } = await app.dray(['diff', 'test', '--tag', 'v3', '--exit-code', '--json'])
    expect(exitCode).toBe(1)
    expect(linesOf(stdout)).toMatchObject([
      { host: one.sshTarget, images: [{ service: 'frontend' }] },
      { host: two.sshTarget, images: [{ service: 'backend' }] },
    ])
  })

  test('compose, env and clean work on each', async () => {
    const ps = await app.dray(['compose', 'test', '--host', two.sshTarget, '--', 'ps', '--services'])
    expect(ps).toMatchObject({ exitCode: 0, stdout: 'backend\n' })
    const set = await app.dray(['env', 'test', 'set', 'COLOUR'], { input: 'blue\n' })
    expect(set.exitCode).toBe(0)
    for (const it of [app, twin]) expect(await it.readOnServer('.env')).toContain('COLOUR=blue')
    const clean = await app.dray(['clean', 'test', '--dry-run', '--json'])
    expect(clean.exitCode).toBe(0)
    expect(hostsIn(clean.stdout, 'clean')).toEqual([one.sshTarget, two.sshTarget])
  })
})

describe('the second host does not answer', () => {
  beforeAll(() => two.run(['pkill', '-STOP', '-x', 'sshd']).then(() => undefined))
  afterAll(() => two.run(['pkill', '-CONT', '-x', 'sshd']).then(() => undefined))

  test('logs, history and disk print the other one, and exit with 3', async () => {
    for (const args of [
      ['logs', 'test', 'frontend'],
      ['history', 'test'],
      ['disk', 'test'],
    ]) {
      const { exitCode, stdout, stderr } = await app.dray(args)
      expect(stdout).not.toBe('')
      expect(stderr).toContain(two.sshTarget)
      expect(exitCode).toBe(3)
    }
  })
})

test('remove takes the app off both hosts', async () => {
  const { exitCode } = await app.dray(['remove', 'test', '--yes', '--volumes'])
  expect(exitCode).toBe(0)
  for (const it of [app, twin]) expect(await it.containers()).toEqual([])
})
