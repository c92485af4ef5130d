import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith } from '../support/compose-parts.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

/** Two apps of one server that run the same images; one is worked on, and keeps no release but the current one. */
const net = attachTestNet()
const server = net.server('srv1')
const tasks = { slow: { service: 'backend', run: 'echo begun; sleep 600', when: 'manual' } }
let worked: TestApp
let other: TestApp

beforeAll(async () => {
  const make = (name: string, port: number, config: Readonly<Record<string, unknown>>) =>
    TestApp.make({ net, server, name, port, config, files: { 'docker-compose.yml': composeWith({ port }) } })
  ;[worked, other] = await Promise.all([make('worked', 8080, { keep: 1, tasks }), make('other', 8090, {})])
  await Promise.all([worked.mustDeploy('v1'), other.mustDeploy('v1')])
  await other.mustDeploy('v2')
})

afterAll(() => Promise.all([worked, other].map((it) => it[Symbol.asyncDispose]())))

test('nothing that is done to one touches the other, whose users notice nothing', async () => {
  const before = await stateOf(other)
  const { report } = await underLoad(other, { connections: 0 }, async () => {
    await worked.mustDeploy('v2')
    const broken = await worked.deploy('v2-exits-at-once')
    expect(broken).toMatchObject({ exitCode: 1, failure: { code: 'SERVICE_EXITED' } })
    // With what v1 had, which the other app still keeps, this one has cleaned up.
    expect(stepsOf(await worked.mustDeploy('v3'), 'clean-images')).not.toEqual([])
    expect((await worked.dray(['task', 'slow', 'test', '--timeout', '1s'])).exitCode).toBe(1)
  })
  expectNoneFailed(report)
  expect(Object.keys(report.versions)).toEqual(['v2'])
  expect(await stateOf(other)).toEqual(before)
  expect(await worked.version()).toBe('v3')
})

test('each has a lock of its own', async () => {
  const running = await startUntil(worked, { args: ['task', 'slow', 'test'] }, /begun/)
  expect((await other.deploy('v3')).outcome).toBe('deployed')
  running.kill('SIGINT')
  expect((await running.done).exitCode).toBe(130)
})

test('one app rolls back to images that the other cleaned up, without a pull', async () => {
  const before = await stateOf(worked)
  const result = await other.rollback('r1')
  expect(result).toMatchObject({ exitCode: 0, outcome: 'deployed' })
  expect(stepsOf(result, 'pull-image')).toEqual([])
  expect(await other.version()).toBe('v1')
  expect(await stateOf(worked)).toEqual(before)
})

test('a directory whose Compose project has the name of another one is refused, and nothing of that is touched', async () => {
  const files = { 'docker-compose.yml': `name: other\n${composeWith({ port: 8095 })}` }
  await using namesake = await TestApp.make({ net, server, name: 'namesake', port: 8095, files })
  const before = await stateOf(other)
  const result = await namesake.deploy('v3')
  expect(result).toMatchObject({ exitCode: 3, failure: { code: 'PROJECT_TAKEN' } })
  expect(result.failure?.message).toContain(`Compose project other from ${other.path}`)
  expect(await stateOf(other)).toEqual(before)
  expect((await namesake.dray(['plan', 'test', '--tag', 'v3', '--adopt'])).exitCode).toBe(0)
})

test('a directory is no other one under the name of a link, nor when it has moved', async () => {
  const config = JSON.parse(await readFile(join(other.directory, 'dray.yml'), 'utf8')) as Config
  const planAt = async (path: string) => {
    config.environments.test.path = path
    await other.writeSource({ 'dray.yml': JSON.stringify(config) })
    return other.dray(['plan', 'test', '--tag', 'v1'])
  }
  // Else Compose names the project after the directory.
  await other.writeSource({ 'docker-compose.yml': `name: other\n${composeWith({ port: 8090 })}` })
  await server.run(['ln', '-s', other.path, '/srv/link'])
  expect(await planAt('/srv/link')).toMatchObject({ exitCode: 0 })
  await server.run(['rm', '/srv/link'])
  await server.run(['mv', other.path, '/srv/moved'])
  const stdout = expect.stringContaining(`it mounts files of ${other.path}`) as string
  expect(await planAt('/srv/moved')).toMatchObject({ exitCode: 0, stdout })
  await server.run(['mv', '/srv/moved', other.path])
})

test('one is removed, with its images and without files of others; the other keeps all it had', async () => {
  await worked.writeOnServer('nginx/mine', '')
  const before = await stateOf(other)
  const { exitCode, stdout } = await worked.dray(['remove', 'test', '--volumes', '--env', '--yes', '--json'])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'remove',
    isDryRun: false,
    staying: [],
    entries: ['nginx'],
  })
  expect(await leftOfWorked()).toBe('./nginx/mine\n')
  expect(await stateOf(other)).toEqual(before)
  expect((await worked.dray(['remove', 'test', '--yes'])).exitCode).toBe(3)

  // A first deploy that fails records no release.
  await worked.writeOnServer('.env', '')
  expect(await worked.deploy('v2-exits-at-once')).toMatchObject({ exitCode: 1 })
  expect(await leftOfWorked()).not.toBe('./nginx/mine\n')
  expect((await worked.dray(['remove', 'test', '--env', '--yes'])).exitCode).toBe(0)
  expect(await leftOfWorked()).toBe('./nginx/mine\n')
  expect((await worked.dray(['remove', 'test', '--yes'])).exitCode).toBe(3)
})

async function leftOfWorked(): Promise<string> {
  const script = `docker ps -aq --filter label=com.docker.compose.project=worked
    docker network ls -q --filter label=com.docker.compose.project=worked
    docker images --format '{{.Tag}}' | grep -E '^dray-worked-[0-9a-f]+$'
    cd ${worked.path} && find . -type f`
  return (await server.run(['sh', '-c', script])).stdout
}

type Config = { environments: { test: { path: string } } }

/** Containers, files with their content (also the journal), and the images of every archived release that are there. */
async function stateOf(app: TestApp): Promise<unknown> {
  const script = `cd ${app.path} && find . -type f ! -path ./.dray/lock -exec sha256sum {} + | sort -k 2
    cat .dray/releases/*/release.json | sed -n 's/^ *"image": "\\(.*\\)",$/\\1/p' | sort -u |
      xargs docker image inspect --format '{{.Id}}'`
  const { exitCode, stdout } = await server.run(['sh', '-ec', script])
  expect(exitCode).toBe(0)
  return { containers: await app.containers(), filesAndImages: stdout.split('\n') }
}
