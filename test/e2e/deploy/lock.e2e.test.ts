import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { RunningCommand } from '../../support/net/run-command.ts'
import { readDeployResult } from '../../support/app/deploy-result.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv2')
const slow = ['deploy', 'test', '--tag', 'v2-slow-start', '--json']
const waitsForHealth = /"step\.started".*"wait-healthy"/
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({ net, server, name: 'locked' })
  await app.mustDeploy('v1')
})

afterAll(async () => {
  await server.mendLine()
  await app[Symbol.asyncDispose]()
})

describe('while a deploy of the app is under way', () => {
  let first: RunningCommand

  beforeAll(async () => {
    const env = {
      GITHUB_ACTOR: 'mona',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
    }
    first = await startUntil(app, { args: slow, env }, waitsForHealth)
  })

  test("a second one is refused, with the lock's holder, time and run", async () => {
    const second = await app.deploy('v2')
    expect(second).toMatchObject({ exitCode: 3, failure: { code: 'LOCK_HELD' } })
    expect(second.failure?.message).toContain('mona')
    expect(second.failure?.message).toContain('https://github.com/acme/shop/actions/runs/4711')
    expect(second.failure?.message).toMatch(/\d+ s|\d\d:\d\d/)
  })

  test('a plan is made, which needs no lock', async () => {
    expect((await app.dray(['plan', 'test', '--tag', 'v1'])).exitCode).toBe(0)
  })

  test('one with --wait continues when the first has ended', async () => {
    const second = await app.deploy('v2', '--wait')
    expect((await first.done).exitCode).toBe(0)
    expect(second).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(second.plan?.release).toBe('r3')
    expect(await app.version()).toBe('v2')
  })
})

describe('a client that dies in the middle', () => {
  test('leaves a lock that is free within seconds, and an app that serves; the next run repairs it', async () => {
    await app.mustDeploy('v1')
    const { result: next, report } = await underLoad(app, { connections: 0 }, async () => {
      const killed = await startUntil(app, { args: slow }, waitsForHealth)
      killed.kill('SIGKILL')
      await killed.done
      return readDeployResult(await app.dray(['deploy', 'test', '--tag', 'v2', '--json', '--wait', '10s']))
    })
    expect(next.failure).toBeUndefined()
    expect(next.exitCode).toBe(0)
    expectNoneFailed(report)
    expect(await app.version()).toBe('v2')
    expect((await app.containers()).map(({ service }) => service)).toEqual(['backend', 'frontend', 'nginx'])
  })

  test('whose line is cut: the lock is free soon', async () => {
    const cut = await startUntil(app, { args: slow }, waitsForHealth)
    await server.cutLine()
    const cutAt = Date.now()
    const lockFree = await server.run([
      'timeout',
      '100',
      'sh',
      '-c',
      `until flock -n ${app.path}/.dray/lock true; do sleep 0.1; done`,
    ])
    expect(lockFree.exitCode).toBe(0)
    // Fifteen seconds, and as much again for a busy machine.
    expect(Date.now() - cutAt).toBeLessThan(30_000)
    await server.mendLine()
    const result = await cut.done
    expect(result.exitCode).toBe(4)
    expect(readDeployResult(result).failure).toMatchObject({ code: 'LOCK_LOST' })
    expect(await app.version()).toBe('v2')
    const next = await app.mustDeploy('v3')
    expect(next.outcome).toBe('deployed')
    expect((await app.containers()).map(({ service }) => service)).toEqual(['backend', 'frontend', 'nginx'])
  })
})

describe.each([
  ['SIGINT', waitsForHealth, 'while it waits for the new containers'],
  ['SIGTERM', /"step\.started".*"pull-image"/, 'while it pulls'],
] as const)('%s', (signal, moment, when) => {
  test(`${when}: stops cleanly, says what state things are in, and the old release serves`, async () => {
    await app.mustDeploy('v1')
    await server.docker('image', 'prune', '-af')
    const before = await app.containerIds()
    const override = await app.readOnServer('docker-compose.override.yml')
    const { result, report } = await underLoad(app, { connections: 0 }, async () => {
      const args = ['deploy', 'test', '--tag', 'v2-slow-start', '--json']
      const running = await startUntil(app, { args }, moment)
      running.kill(signal)
      return readDeployResult(await running.done)
    })
    expect(result).toMatchObject({ exitCode: 130, failure: { code: 'CANCELLED' } })
    expect(result.stdout).toContain('Stopping: finishing or undoing the current changes first.')
    expect(result.failure?.serving).toMatch(/^Release r\d+ \(v1\) is serving, as before\.$/)
    expectNoneFailed(report)
    expect(Object.keys(report.versions)).toEqual(['v1'])
    expect(await app.containerIds()).toEqual(before)
    expect(await app.readOnServer('docker-compose.override.yml')).toBe(override)
    await app.mustDeploy('v2')
    expect(await app.version()).toBe('v2')
  })
})
