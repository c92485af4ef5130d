import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { exampleAccount } from '../../support/net/registry.ts'
import { buildOciImage } from '../../support/oci-image.ts'
import { pushImage } from '../../support/registry-push.ts'
import { composeWith } from '../support/compose-parts.ts'
import { copyTag } from '../../support/images/copy-tag.ts'
import { readDeployResult, stepsOf } from '../../support/app/deploy-result.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const pushTarget = { baseUrl: `http://${net.registry.pushHost}` }
let app: TestApp

beforeAll(async () => {
  await server.run(['sh', '-c', 'docker image prune -af'])
  app = await TestApp.make({
    net,
    server,
    name: 'images',
    port: 8131,
    files: { 'docker-compose.yml': composeWith({ port: 8131 }) },
    config: { keep: 2 },
  })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

afterEach(() => net.registry.reset())

describe('tags', () => {
  test('that moved are noticed, `latest` and third-party ones too', async () => {
    await copyTag(pushTarget, 'acme/shop-backend', { from: 'v1', to: 'moving' })
    await copyTag(pushTarget, 'acme/shop-frontend', { from: 'v1', to: 'moving' })
    await app.mustDeploy('moving')
    expect(await app.version()).toBe('v1')
    await copyTag(pushTarget, 'acme/shop-backend', { from: 'v2', to: 'moving' })
    const result = await app.mustDeploy('moving')
    expect(result.outcome).toBe('deployed')
    expect(await app.version()).toBe('v2')
    expect(await app.version('/')).toBe('v1')
  })

  test('that were never pushed are refused before any change, with the newest tags', async () => {
    const before = await app.containerIds()
    const result = await app.deploy('v9')
    expect(result).toMatchObject({ exitCode: 3, failure: { code: 'TAG_NOT_FOUND' } })
    expect(result.failure?.message).toContain('v9')
    expect(`${result.failure?.message} ${result.failure?.hint}`).toMatch(/\bv[123]\b/)
    expect(await app.containerIds()).toEqual(before)
  })

  test('are asked of the registry at every deploy, also when nothing changed', async () => {
    await app.mustDeploy('v2')
    await net.registry.forgetRequests()
    expect((await app.mustDeploy('v2')).outcome).toBe('unchanged')
    const asked = (await net.registry.requests()).map((request) => JSON.stringify(request))
    for (const repository of ['acme/shop-backend', 'acme/shop-frontend', 'library/nginx']) {
      expect(asked.some((line) => line.includes(`/v2/${repository}/manifests/`))).toBe(true)
    }
  })
})

describe('images of the app on the server', () => {
  test('are kept for the releases that are kept, and for no other', async () => {
    await app.mustDeploy('v1')
    await app.mustDeploy('v2')
    await app.mustDeploy('v3')
    const kept = await digests()
    const expected = await Promise.all(['v2', 'v3'].map((tag) => digestOf('acme/shop-backend', tag)))
    expect(kept).toEqual(expected.sort())
    const { stdout } = await server.run(['ls', `${app.path}/.dray/releases`])
    expect(stdout.trim().split('\n')).toHaveLength(2)
  })

  test('survive `docker image prune -f`, and the older release comes back without a download', async () => {
    const before = await digests()
    await server.docker('image', 'prune', '-f')
    expect(await digests()).toEqual(before)
    const result = await app.mustDeploy('v2')
    expect(stepsOf(result, 'pull-image')).toEqual([])
    expect(await app.version()).toBe('v2')
  })

  test('of a neighbour with the same repository stay', async () => {
    await using neighbour = await TestApp.make({
      net,
      server,
      name: 'neighbour',
      port: 8132,
      files: { 'docker-compose.yml': composeWith({ port: 8132 }) },
    })
    const before = await digests()
    expect(before).toHaveLength(2)
    await neighbour.mustDeploy('v1')
    expect(await digests()).toEqual(expect.arrayContaining(before))
  })

  test('are pulled again where a prune takes them before a container is made of them', async () => {
    const wait = { service: 'backend', run: 'echo begun; sleep 4', when: 'before' }
    const config = JSON.parse(await readFile(join(app.directory, 'dray.yml'), 'utf8')) as object
    await app.writeSource({ 'dray.yml': JSON.stringify({ ...config, tasks: { wait } }) })
    const args = ['deploy', 'test', '--tag', 'v1', '--json']
    const running = await startUntil(app, { args }, /"begun"/)
    await server.docker('image', 'prune', '-af')
    const result = readDeployResult(await running.done)
    await app.writeSource({ 'dray.yml': JSON.stringify(config) })
    expect(result).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(result.stdout).toContain('the image of frontend was removed, pulling it again')
    expect(await app.version('/')).toBe('v1')
  })

  /** What is there of the backend, by digest. */
  async function digests(): Promise<string[]> {
    const out = await server.docker(
      'image',
      'ls',
      '--digests',
      '--format',
      '{{.Digest}}',
      'ghcr.io/acme/shop-backend',
    )
    return [...new Set(out.split('\n'))].filter((line) => line.startsWith('sha256:')).sort()
  }
})

describe('a private registry of a third party', () => {
  const privateName = 'registry.example.com/library/db:1'

  test('is asked with credentials of its own, which stay on the client', async () => {
    await using other = await withDatabase('third-party', 8133, {
      registries: {
        'registry.example.com': { username: exampleAccount.user, password: '$REGISTRY_PASSWORD' },
      },
    })
    const env = { REGISTRY_PASSWORD: exampleAccount.password }
    const result = await other.dray(['deploy', 'test', '--tag', 'v1', '--plain'], { env })
    expect(result.stderr).not.toContain(exampleAccount.password)
    expect(result.exitCode).toBe(0)
    const [database] = await other.containers('db')
    expect(database?.image).toMatch(/^registry\.example\.com\/library\/db@sha256:/)
    expect(await server.findOnDisk(exampleAccount.password)).toEqual([])
    expect(await server.findInProcesses(exampleAccount.password)).toEqual([])
  })

  test('without them, the deploy is refused before anything is touched', async () => {
    await using other = await withDatabase('third-party-2', 8134, {})
    const result = await other.deploy('v1')
    expect(result).toMatchObject({ exitCode: 3, failure: { code: 'REGISTRY_UNAUTHORIZED' } })
    expect(result.failure?.message).toContain('registry.example.com')
    expect(await other.containers()).toEqual([])
  })

  const withDatabase = (name: string, port: number, config: Record<string, unknown>) =>
    TestApp.make({
      net,
      server,
      name,
      port,
      config,
      files: {
        'docker-compose.yml': composeWith({
          port,
          more: `  db:\n    image: ${privateName}\n    restart: unless-stopped\n`,
        }),
      },
    })
})

describe('an image for another platform only', () => {
  test('is refused before any change, with the available platforms', async () => {
    await pushImage(
      pushTarget,
      'acme/elsewhere',
      'v1',
      buildOciImage({ platforms: [{ os: 'linux', architecture: 'riscv64' }], layers: ['x'] }),
    )
    await using other = await TestApp.make({
      net,
      server,
      name: 'elsewhere',
      port: 8135,
      files: {
        'docker-compose.yml': composeWith({
          port: 8135,
          more: '  far:\n    image: ghcr.io/acme/elsewhere:v1\n',
        }),
      },
    })
    const result = await other.deploy('v1')
    expect(result).toMatchObject({ exitCode: 3, failure: { code: 'PLATFORM_MISSING' } })
    expect(result.failure?.message).toContain('riscv64')
    expect(await other.containers()).toEqual([])
  })
})

async function digestOf(repository: string, tag: string): Promise<string> {
  const accept =
    'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json'
  const url = `${pushTarget.baseUrl}/v2/${repository}/manifests/${tag}`
  const answer = await fetch(url, { method: 'HEAD', headers: { accept } })
  return answer.headers.get('docker-content-digest') ?? ''
}
