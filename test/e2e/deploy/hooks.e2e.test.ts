import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const hooks = {
  before: 'if [ -e "before-$DRAY_TAG" ]; then exec sh "before-$DRAY_TAG"; fi',
  // What serves is asked as a user would ask.
  after: 'curl -sS "$DRAY_URL/api/version" > after.txt; echo " $DRAY_SERVING" >> after.txt',
  failure:
    'curl -sS "$DRAY_URL/api/version" > failure.txt; echo " $DRAY_SERVING $DRAY_ERROR_CODE" >> failure.txt',
}
let app: TestApp

beforeAll(async () => {
  const url = `http://${server.address}`
  app = await TestApp.make({ net, server, name: 'hooked', config: { hooks }, environment: { url } })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

test('`after` runs when the release is in place', async () => {
  expect(await left('after.txt')).toMatch(/v1.* r1\n$/)
})

test('a `before` that fails stops the deploy with nothing touched', async () => {
  await app.writeSource({ 'before-v2': 'echo not on a Friday; exit 4' })
  const before = await stateOnServer()
  const result = await app.deploy('v2')
  expect(result).toMatchObject({ exitCode: 3, failure: { code: 'HOOK_FAILED' } })
  expect(result.failure?.details.logTail).toEqual(['not on a Friday'])
  expect(await stateOnServer()).toEqual(before)
  expect(await left('failure.txt')).toMatch(/v1.* HOOK_FAILED\n$/)
})

test('Ctrl-C ends one that runs, and the lock is free', async () => {
  await app.writeSource({ 'before-v2': 'echo begun; exec sleep 4711' })
  const before = await stateOnServer()
  const running = await startUntil(app, { args: ['deploy', 'test', '--tag', 'v2'] }, /│ begun/)
  running.kill('SIGINT')
  expect((await running.done).exitCode).toBe(130)
  expect(await stateOnServer()).toEqual(before)
  expect((await net.client.run(['pgrep', '-fx', 'sleep 4711'])).exitCode).toBe(1)
  await app.removeSource('before-v2')
})

test('`failure` runs after the undo', async () => {
  expect((await app.deploy('v2-exits-at-once')).exitCode).toBe(1)
  expect(await left('failure.txt')).toMatch(/v1.* r1 SERVICE_EXITED\n$/)
})

/** A file that a hook left beside dray.yml. */
function left(name: string): Promise<string> {
  return readFile(join(app.directory, name), 'utf8')
}

/** All that a deploy could have changed. */
async function stateOnServer(): Promise<unknown> {
  return {
    containers: await app.containerIds(),
    journal: await app.readOnServer('.dray/journal.ndjson'),
    override: await app.readOnServer('docker-compose.override.yml'),
    // Engine sorts them by age only: those of one second come in any order.
    images: (await server.docker('images', '-q', '--no-trunc')).split('\n').sort(),
  }
}
