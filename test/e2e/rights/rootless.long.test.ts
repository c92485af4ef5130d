import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { type RootlessEngine, startRootlessEngine } from '../../support/net/rootless-engine.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8148
let engine: RootlessEngine
let app: TestApp

beforeAll(async () => {
  engine = await startRootlessEngine(server)
  app = await TestApp.make({
    net,
    server,
    name: 'rootless-shop',
    port,
    files: { 'docker-compose.yml': composeWith({ port }) },
    environment: { host: engine.sshTarget },
    config: { tasks: { check: { service: 'backend', run: 'id -u', when: 'manual' } } },
  })
  await server.run(['chown', '-R', engine.user, app.path])
})

afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})

test('with rootless Docker, a release is deployed, and replaced without a lost request', async () => {
  expect(await app.deploy('v1')).toMatchObject({ exitCode: 0, outcome: 'deployed' })
  expect(await app.version()).toBe('v1')
  const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy('v2'))
  expect(result).toMatchObject({ exitCode: 0, outcome: 'deployed' })
  expectNoneFailed(report)
  expect(result.probe).toMatchObject({ failures: 0 })
  expect(await app.version()).toBe('v2')
})

test('it all runs in the Engine of the user, and in no other', async () => {
  const named = ['ps', '--format', '{{.Names}}', '--filter', 'label=com.docker.compose.project=rootless-shop']
  expect((await engine.docker(...named)).split('\n')).toHaveLength(3)
  expect(await server.docker(...named)).toBe('')
  const [owner] = (
    await server.run(['sh', '-c', "ps -eo user,args | awk '/[s]erver.js/ { print $1 }'"])
  ).stdout.split('\n')
  expect(owner).not.toBe('root')
  expect(await server.findOnDisk(testToken)).toEqual([])
})

test('a bad release is undone', async () => {
  expect(await app.deploy('v2-exits-at-once')).toMatchObject({
    exitCode: 1,
    failure: { code: 'SERVICE_EXITED' },
  })
  expect(await app.version()).toBe('v2')
})

test('it is rolled back', async () => {
  expect(await app.rollback()).toMatchObject({ exitCode: 0, outcome: 'deployed' })
  expect(await app.version()).toBe('v1')
})

test('explains how to point the docker command to that Engine', async () => {
  await engine.docker('context', 'use', 'default')
  const { failure, exitCode } = await app.deploy('v2')
  await engine.docker('context', 'use', 'rootless')
  expect({ code: failure?.code, exitCode }).toEqual({ code: 'DOCKER_DENIED', exitCode: 3 })
  expect(failure?.hint).toContain('--docker host=unix:///run/user/1700/docker.sock')
})

test.each([
  ['status', ['status', 'test'], 'v1'],
  ['doctor', ['doctor', 'test'], ''],
  ['logs', ['logs', 'test', 'backend', '--tail', '5'], 'shop backend'],
  ['disk', ['disk', 'test'], '/home'],
  ['clean', ['clean', 'test', '--dry-run'], ''],
  ['exec', ['exec', 'test', 'backend', '--', 'echo', 'within'], 'within'],
  ['task', ['task', 'check', 'test'], ''],
  ['compose', ['compose', 'test', '--', 'ps'], 'nginx'],
])('dray %s works there', async (_, args, says) => {
  const { exitCode, stdout, stderr } = await app.dray(args)
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr + stdout }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain(says)
})
