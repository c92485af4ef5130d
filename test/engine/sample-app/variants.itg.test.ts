import { afterAll, beforeAll, expect, test } from 'vitest'
import { command } from '../../support/images/command.ts'
import { prepareImages } from '../../support/images/prepare.ts'
import { PushRegistry } from '../../support/images/push-image.ts'
import type { LocalRegistry } from './local-registry.ts'
import { startLocalRegistry } from './local-registry.ts'
import { startContainer } from './run-image.ts'

const health = 'http://localhost:8000/api/health'
const askDatabase = `
  const socket = require('node:net').connect(5432)
  socket.on('data', (answer) => socket.end(() => process.stdout.write(answer)))
  socket.write(process.argv[1] + '\\n')
`
let registry: LocalRegistry
let digests: ReadonlyMap<string, string>

beforeAll(async () => {
  registry = await startLocalRegistry()
  digests = await prepareImages({ registryPushHost: registry.host })
})

afterAll(async () => {
  const format = '{{.Repository}}:{{.Tag}}'
  const pulled = await command(['docker', 'image', 'ls', '--format', format, `${registry.host}/*/*`])
  // By name: an image of the same content may have other names that are not ours to remove.
  await command(['docker', 'image', 'rm', ...pulled.trim().split('\n')])
  await registry[Symbol.asyncDispose]()
})

test('never-healthy listens and answers its check with 503', async () => {
  await using container = await startContainer(backend('v2-never-healthy'))
  await expect.poll(() => container.logs()).toContain('waiting')
  const checked = await container.exec('curl', '-fsS', health)
  expect(checked).toEqual({ exitCode: 22, output: expect.stringContaining('503') as string })
})

test('exits-at-once ends with code 1 after two lines', async () => {
  await using container = await startContainer(backend('v2-exits-at-once'))
  expect(await container.wait()).toBe(1)
  expect((await container.logs()).trim().split('\n')).toHaveLength(2)
})

test.each(['v2-exits-after-5s', 'v2-crash-loop'])('%s is healthy before it ends with code 1', async (tag) => {
  await using container = await startContainer(backend(tag))
  const polled = ['sh', '-c', `until curl -fs ${health}; do sleep 0.05; done`]
  expect(await container.exec(...polled)).toMatchObject({ exitCode: 0 })
  expect(await container.wait()).toBe(1)
  expect(await container.logs()).toContain('FATAL')
})

test('no-curl serves, but its check cannot run', async () => {
  await using container = await startContainer(backend('v2-no-curl'), '--env', 'SHOP_START_MS=0')
  expect(await container.exec('curl', '-f', health)).toMatchObject({ exitCode: 127 })
})

test('migrate-fails fails its task with the reason', async () => {
  await using container = await startContainer(backend('v2-migrate-fails'), '--env', 'SHOP_START_MS=0')
  const { exitCode, output } = await container.exec('npm', 'run', 'migrate')
  expect(exitCode).toBe(1)
  expect(output).toContain('already exists')
})

test('slow-start takes its time whatever the environment says', async () => {
  await using container = await startContainer(backend('v2-slow-start'), '--env', 'SHOP_START_MS=0')
  expect(await container.exec('sh', '-c', 'tr "\\0" "\\n" < /proc/1/environ')).toMatchObject({
    output: expect.stringContaining('SHOP_START_MS=8000') as string,
  })
})

test('an image for another platform is refused by Docker', async () => {
  const pulling = command(['docker', 'pull', backend('v2-other-platform')])
  await expect(pulling).rejects.toThrow(/no match(ing|) .*manifest/i)
})

test('the registry names the digests that were said to be pushed', async () => {
  for (const [name, digest] of digests) {
    const [repository = '', tag = ''] = name.split(':')
    const accept =
      'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json'
    const url = `http://${registry.host}/v2/${repository}/manifests/${tag}`
    const response = await fetch(url, { method: 'HEAD', headers: { accept } })
    expect([name, response.headers.get('docker-content-digest')]).toEqual([name, digest])
  }
  expect(digests.size).toBeGreaterThan(40)
})

test('a moved tag names the image of another', async () => {
  const pushing = new PushRegistry(registry.host)
  expect(await pushing.moveTag('acme/shop-backend', 'latest', 'v1')).toBe(digests.get('acme/shop-backend:v1'))
})

test('the database keeps its data on its volume from one version to the next', async () => {
  const volume = 'dray-itg-db'
  try {
    for (const [version, line, answer] of [
      ['1', 'SET colour green', 'OK'],
      ['2', 'GET colour', 'green'],
    ] as const) {
      const image = `${registry.host}/library/db:${version}`
      await using container = await startContainer(image, '--volume', `${volume}:/var/lib/db`)
      await expect.poll(() => container.logs()).toContain('is ready')
      expect(await container.exec('node', '-e', askDatabase, line)).toEqual({ exitCode: 0, output: answer })
    }
  } finally {
    await command(['docker', 'volume', 'rm', '--force', volume])
  }
})

test('the documented keep-alive variant is valid for the newest nginx', async () => {
  const image = `${registry.host}/library/nginx:alpine`
  const configuration = new URL('../../../examples/shop/nginx/keepalive', import.meta.url).pathname
  const hosts = ['--add-host', 'backend:127.0.0.1', '--add-host', 'frontend:127.0.0.1']
  await using container = await startContainer(
    image,
    ...hosts,
    '--volume',
    `${configuration}:/etc/nginx/conf.d:ro`,
  )
  expect(await container.exec('nginx', '-t')).toMatchObject({ exitCode: 0 })
})

function backend(tag: string): string {
  return `${registry.host}/acme/shop-backend:${tag}`
}
