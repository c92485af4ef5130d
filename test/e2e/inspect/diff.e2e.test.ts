import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith, nginxConf } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8471
const secret = 'hunter2-of-env'
let app: TestApp

const backend = (level: string): string =>
  `    environment: { LOG_LEVEL: ${level}, FROM_ENV: '\${API_KEY}', VERSION: '\${IMAGE_TAG:-none}' }\n`

/** r1 is v1; r2 is v2 with another level, another header of nginx, and one more variable in `.env`. */
beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'compared',
    port,
    files: {
      'docker-compose.yml': composeWith({ port, backend: backend('info') }),
      'nginx/conf.d/default.conf': nginxConf('first'),
    },
    envFile: `SHOP_START_MS=300\nAPI_KEY=${secret}\n`,
  })
  await app.mustDeploy('v1')
})

afterEach(() => net.registry.clearFaults())

afterAll(() => app[Symbol.asyncDispose]())

type Diff = {
  isDifferent: boolean
  from: string
  to: string
  images: { service: string; from: { tag: string }; to: { tag: string; digest?: string } }[]
  configuration: { service: string; keys: { name: string }[] }[]
  variables: { name: string; change: string }[]
  files: { path: string; patch?: string }[]
}

async function diff(...args: string[]): Promise<Diff & { exitCode: number; stderr: string }> {
  const { exitCode, stdout, stderr } = await app.dray(['diff', 'test', ...args, '--exit-code', '--json'])
  expect(stdout + stderr).not.toContain('hunter2')
  return { exitCode, stderr, ...(JSON.parse(stdout) as Diff) }
}

const keysOf = ({ configuration }: Diff): string[] =>
  configuration.flatMap(({ service, keys }) => keys.map(({ name }) => `${service} ${name}`))

test('an unchanged deploy has no differences', async () => {
  expect(await diff('--tag', 'v1')).toMatchObject({
    exitCode: 0,
    isDifferent: false,
    from: 'r1 (v1)',
    to: 'the working tree (v1)',
    images: [],
    configuration: [],
    variables: [],
    files: [],
  })
})

test('predicts the changes of a deploy from the working tree', async () => {
  await app.writeSource({
    'docker-compose.yml': composeWith({ port, backend: backend('debug') }),
    'nginx/conf.d/default.conf': nginxConf('second\u001b[31m'),
  })
  await app.writeOnServer('.env', `SHOP_START_MS=300\nAPI_KEY=${secret}-new\nADDED=1\n`, '600')
  const before = await diff('--tag', 'v2')
  expect(before).toMatchObject({ exitCode: 1, isDifferent: true })
  expect(before.images.map(({ service, from, to }) => [service, from.tag, to.tag])).toEqual([
    ['backend', 'v1', 'v2'],
    ['frontend', 'v1', 'v2'],
  ])
  expect(keysOf(before)).toEqual(['backend environment.LOG_LEVEL', 'backend environment.VERSION'])
  expect(before.variables).toEqual([
    { name: 'ADDED', change: 'added' },
    { name: 'API_KEY', change: 'changed' },
  ])
  expect(before.files.map(({ path }) => path)).toEqual(['docker-compose.yml', 'nginx/conf.d/default.conf'])
  expect(before.files[1]?.patch).toContain(
    '-    add_header x-configuration first always;\n+    add_header x-configuration second always;\n',
  )

  await app.writeSource({ 'nginx/conf.d/default.conf': nginxConf('second') })
  await app.mustDeploy('v2')
  await net.registry.refuseConnections()
  const after = await diff('r1', '2')
  expect(after).toMatchObject({ exitCode: 1, from: 'r1 (v1)', to: 'r2 (v2)' })
  const { images, configuration, variables, files } = before
  expect({ ...after, exitCode: 0 }).toMatchObject({ images, configuration, variables, files })
})

test('prints a page for people; compares a release with the serving one', async () => {
  const { exitCode, stdout } = await app.dray(['diff', 'test', 'v1'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(
    /^r1 \(v1\) → r2 \(v2\)\n\nImages\n {2}~ {2}backend {3}v1 → v2 {2}sha256:[0-9a-f]{12} → sha256:/,
  )
  expect(stdout).toContain('~  backend  environment.LOG_LEVEL, environment.VERSION\n')
  expect(stdout).toContain('\n--- docker-compose.yml\n+++ docker-compose.yml\n@@ ')
})

test('an image that is not pushed yet is a note; all else is compared', async () => {
  const { exitCode, stderr, images } = await diff('--tag', 'v99')
  expect(exitCode).toBe(1)
  expect(images.map(({ service, to }) => [service, to.tag, to.digest])).toEqual([
    ['backend', 'v99', undefined],
    ['frontend', 'v99', undefined],
  ])
  expect(stderr).toBe('')
  const { stderr: told } = await app.dray(['diff', 'test', '--tag', 'v99'])
  expect(told).toContain('shop-backend')
})

test('without a tag that the rule finds, the tag of the current release is compared, with a note', async () => {
  const config = await readFile(join(app.directory, 'dray.yml'), 'utf8')
  await app.writeSource({ 'dray.yml': config.replace('"test": {', '"test": { "tag": "${UNSET_TAG}",') })
  const { exitCode, stdout, stderr } = await app.dray(['diff', 'test'])
  await app.writeSource({ 'dray.yml': config })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('r2 (v2) → the working tree (v2)\n')
  expect(stderr).toContain('compared with the tag of r2, v2; `--tag TAG` compares with another one.')
})

test('a release that the server does not keep is refused with those that it keeps', async () => {
  const { exitCode, stderr } = await app.dray(['diff', 'test', 'r7'])
  expect(exitCode).toBe(3)
  expect(stderr).toContain('[RELEASE_UNKNOWN]')
  expect(stderr).toMatch(/r2 +v2 +just now, serving/)
})
