import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type DockerEngine } from '../../src/adapters/docker/engine-api.ts'
import type { SshRunner } from '../../src/adapters/host/ssh-runner.ts'
import type { Credentials, PullProgress } from '../../src/deploy/model/ports.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { type PreparedImages, prepareImages } from '../support/images/prepare.ts'
import { testToken } from '../support/net/registry.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'
import { engineContract } from './engine-contract.ts'
import { engineDiskContract } from './engine-disk-contract.ts'
import { configureSshd, openSshAccess, type SshAccess } from '../support/hosts/ssh-to-server.ts'

const image = 'nginx:alpine'
const credentials: Credentials = { username: 'x', password: new Secret(testToken) }

let net: TestNet & AsyncDisposable
let access: SshAccess
let images: PreparedImages
const runners: SshRunner[] = []
beforeAll(async () => {
  net = await startTestNet({
    servers: {
      srv1: {},
      containerd: { engine: 'containerd' },
      old: { engine: '20.10' },
      small: { diskBytes: 120 * 1024 ** 2 },
    },
  })
  access = await openSshAccess(net)
  const wanted = ['library/nginx:alpine', 'acme/shop-backend:v1', 'acme/shop-backend:v2-other-platform']
  images = await prepareImages({
    registryPushHost: net.registry.pushHost,
    only: (name) => wanted.includes(name),
  })
})
afterAll(async () => {
  await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()))
  await access[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

async function connectTo(
  serverName: string,
  user = 'deploy',
  options: readonly string[] = [],
): Promise<SshRunner> {
  const runner = await access.shell(user, serverName, options)
  runners.push(runner)
  await runner.connect()
  return runner
}

async function setUpWith(serverName: string): Promise<{ runner: SshRunner; image: string }> {
  const runner = await connectTo(serverName)
  await createEngine(runner).pull(image, {})
  return { runner, image }
}

engineContract('the newest Engine of a server over SSH', () => setUpWith('srv1'))
engineContract('an Engine whose images containerd keeps', () => setUpWith('containerd'))
engineContract('Engine 20.10 of a server over SSH', () => setUpWith('old'))
engineDiskContract('the newest Engine of a server over SSH', () => setUpWith('srv1'))
engineDiskContract('an Engine whose images containerd keeps', () => setUpWith('containerd'))
engineDiskContract('Engine 20.10 of a server over SSH', () => setUpWith('old'))
engineContract('an Engine behind an sshd that forbids forwarding', async () => {
  await configureSshd(net.server('srv1'), 'AllowStreamLocalForwarding no')
  return setUpWith('srv1')
})

describe('a pull', () => {
  let engine: DockerEngine
  let name: string
  beforeAll(async () => {
    engine = createEngine(await connectTo('srv1'))
    name = `ghcr.io/acme/shop-backend@${images.get('acme/shop-backend:v1') ?? ''}`
  })
  afterEach(async () => {
    await net.registry.reset()
    await engine.removeImage(name)
  })

  test('by digest, with credentials, reports progress and stores no credentials', async () => {
    const seen: PullProgress[] = []
    await engine.pull(name, { credentials, onProgress: (progress) => seen.push(progress) })
    expect((await engine.images()).flatMap(({ digests }) => digests)).toContain(name)
    const last = seen.at(-1)
    expect(last?.totalBytes).toBeGreaterThan(1_000_000)
    expect(last?.doneBytes).toBe(last?.totalBytes)
    expect(await net.server('srv1').findOnDisk(testToken)).toEqual([])
  })

  test('of a present image downloads nothing', async () => {
    await engine.pull(name, { credentials })
    const seen: PullProgress[] = []
    await engine.pull(name, { credentials, onProgress: (progress) => seen.push(progress) })
    expect(seen).toEqual([])
  })

  test('without credentials says that the registry wants them', async () => {
    await expect(engine.pull(name, {})).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  })

  test('with wrong credentials says that the registry refuses them', async () => {
    const wrong = { username: 'x', password: new Secret('wrong') }
    await expect(engine.pull(name, { credentials: wrong })).rejects.toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
    })
  })

  test('of a missing tag fails with the reason', async () => {
    await expect(engine.pull('ghcr.io/acme/shop-backend:v99', { credentials })).rejects.toMatchObject({
      code: 'TAG_NOT_FOUND',
    })
  })

  test('of an image for another processor fails with the reason', async () => {
    await expect(
      engine.pull(`ghcr.io/acme/shop-backend@${images.get('acme/shop-backend:v2-other-platform') ?? ''}`, {
        credentials,
      }),
    ).rejects.toMatchObject({ code: 'PLATFORM_MISSING' })
  })

  // By tag: an Engine keeps the manifests it has seen, and does not ask again for one it knows by digest.
  test.each([
    [503, 'UNAVAILABLE', { code: 'PULL_FAILED', temporary: true }],
    [429, 'TOOMANYREQUESTS', { code: 'REGISTRY_RATE_LIMITED', temporary: true }],
  ])('from a registry that answers with %i is an error that may pass', async (status, code, failure) => {
    const body = JSON.stringify({ errors: [{ code, message: 'as it happens' }] })
    await net.registry.setFault({ match: /manifests/, status, body, times: 100 })
    await expect(engine.pull('ghcr.io/acme/shop-backend:v1', { credentials })).rejects.toMatchObject(failure)
  })

  test('that is aborted throws the reason, and the image is not there', async () => {
    const controller = new AbortController()
    const pulling = engine.pull(name, {
      credentials,
      signal: controller.signal,
      onProgress: () => controller.abort('enough'),
    })
    await expect(pulling).rejects.toBe('enough')
    expect((await engine.images()).flatMap(({ digests }) => digests)).not.toContain(name)
  })

  test('onto a full disk fails with the reason', async () => {
    const onSmall = createEngine(await connectTo('small'))
    await expect(onSmall.pull(name, { credentials })).rejects.toMatchObject({ code: 'DISK_FULL' })
  })
})

test('dangling images are pruned, and counted', async () => {
  const runner = await connectTo('srv1')
  const engine = createEngine(runner)
  const script = 'echo "FROM nginx:alpine\nLABEL a=$0" | docker build -q -'
  await runner.run(['sh', '-c', script, 'one'])
  await runner.run(['sh', '-c', script, 'two'])
  expect((await engine.pruneDanglingImages()).count).toBeGreaterThanOrEqual(1)
  expect(await engine.pruneDanglingImages()).toEqual({ count: 0, freedBytes: 0 })
})

describe('a server that cannot be used', () => {
  test('because the user may not: DOCKER_DENIED', async () => {
    const engine = createEngine(await connectTo('srv1', 'nodocker'))
    await expect(engine.observeEngine()).rejects.toMatchObject({ code: 'DOCKER_DENIED' })
  })

  test('because the Engine does not run: DOCKER_UNREACHABLE, and it is asked again once it does', async () => {
    const server = net.server('old')
    const engine = createEngine(await connectTo('old'))
    await engine.images()
    await server.stopEngine()
    await expect(engine.images()).rejects.toMatchObject({ code: 'DOCKER_UNREACHABLE', temporary: true })
    await expect(createEngine(await connectTo('old')).images()).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
    })
    await server.startEngine()
    expect(await engine.images()).not.toEqual([])
  })

  test('because the connection broke: HOST_UNREACHABLE', async () => {
    const engine = createEngine(await connectTo('old'))
    await engine.images()
    await net.server('old').run(['sh', '-c', 'for p in $(pgrep -f "sshd: deploy"); do kill -9 $p; done'])
    await expect(engine.images()).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })
})
