import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { testToken } from '../../support/net/registry.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv1')
const source = '/srv/source'
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'at-home',
    port: 8141,
    files: { 'docker-compose.yml': composeWith({ port: 8141 }) },
    environment: { host: 'local' },
  })
  await server.writeFile('/srv/ca.pem', await readFile(net.registry.facts.caFile, 'utf8'))
  for (const path of ['dray.yml', 'docker-compose.yml', 'nginx/conf.d/default.conf'])
    await server.writeFile(`${source}/${path}`, await readFile(join(app.directory, path), 'utf8'))
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await server.run(['rm', '-rf', source, '/srv/ca.pem'])
})

test('on the machine itself, a release is deployed, left alone by hand, and replaced without a lost request', async () => {
  expect(await deployHere('v1')).toMatchObject({ exitCode: 0 })
  expect(await app.version()).toBe('v1')
  const before = await app.containerIds()
  expect((await app.compose('up', '-d')).exitCode).toBe(0)
  expect(await app.containerIds()).toEqual(before)
  const { result, report } = await underLoad(app, { connections: 0 }, () => deployHere('v2'))
  expect(result.exitCode).toBe(0)
  expectNoneFailed(report)
  expect(await app.version()).toBe('v2')
  expect(await server.findOnDisk(testToken)).toEqual([])
})

test('on the machine itself, a bad release is undone', async () => {
  const before = await app.containerIds()
  const result = await deployHere('v2-exits-at-once')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain('[SERVICE_EXITED]')
  expect(await app.containerIds()).toEqual(before)
})

/** By the user that owns the app, in a checkout on the server. */
function deployHere(tag: string): Promise<RunResult> {
  const command = `cd ${source} && ${process.execPath} ${join(cloneDirectory, 'bin/dray')} deploy test --tag ${tag} --plain`
  const env = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat', NODE_EXTRA_CA_CERTS: '/srv/ca.pem' }
  return server.run(
    ['su', '-p', 'deploy', '-s', '/bin/sh', '-c', `HOME=/home/deploy; export HOME; ${command}`],
    { env },
  )
}
