import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { stepsOf, type DeployResult } from '../../support/app/deploy-result.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv2')
const idle = 'command: ["node", "-e", "process.on(\'SIGTERM\', process.exit); setInterval(() => {}, 1e6)"]'

describe('a compose file with everything that Compose knows', () => {
  const compose = `x-app: &app
  image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
  env_file: [.env, config/app.env]
  restart: unless-stopped

include:
  - more/queue.yml

services:
  prepare:
    <<: *app
    restart: "no"
    command: ["sh", "-c", "echo $$APP_VERSION >> /data/prepared"]
    volumes: ["shared:/data"]

  backend:
    <<: *app
    command: ["node", "server.js", "--release", "\${IMAGE_TAG}"]
    environment:
      RELEASE: "\${IMAGE_TAG}"
      OWNER: "\${REGISTRY_OWNER}"
      STAYS: same
    labels:
      com.acme.release: "\${IMAGE_TAG:-none}"
    volumes: ["shared:/data"]
    depends_on:
      prepare: { condition: service_completed_successfully }
      queue: { condition: service_started }
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s

  frontend:
    extends: { file: base.yml, service: web }
    depends_on:
      backend: { condition: service_healthy }

  worker:
    <<: *app
    ${idle}

  debugging:
    <<: *app
    profiles: [debugging]
    image: ghcr.io/acme/shop-backend:v2-exits-at-once
    volumes: ["./config/debugging:/config:ro"]

  nginx:
    image: nginx:alpine
    ports: ["8111:80"]
    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]
    depends_on: [frontend, backend]

volumes:
  shared:
`
  let app: TestApp
  let first: DeployResult
  let second: DeployResult

  beforeAll(async () => {
    app = await TestApp.make({
      net,
      server,
      name: 'everything',
      port: 8111,
      files: {
        'docker-compose.yml': compose,
        'base.yml':
          'services:\n  web:\n    image: ghcr.io/${REGISTRY_OWNER:-acme}/shop-frontend:${IMAGE_TAG:-latest}\n    restart: unless-stopped\n',
        'more/queue.yml': `services:\n  queue:\n    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}\n    ${idle}\n`,
        'config/app.env': 'COLOUR=green\n',
        'config/debugging/level': 'all\n',
      },
    })
    first = await app.mustDeploy('v1')
  })

  afterAll(() => app[Symbol.asyncDispose]())

  test('is deployed: included and extended services run, those of a profile do not', async () => {
    const running = (await app.containers()).map(({ service, state }) => `${service} ${state}`)
    expect(running).toEqual([
      'backend running',
      'frontend running',
      'nginx running',
      'prepare exited',
      'queue running',
      'worker running',
    ])
    expect(await app.version('/')).toBe('v1')
    const { stdout } = await app.compose('exec', '-T', 'backend', 'env')
    expect(stdout).toContain('COLOUR=green')
    expect(stdout).toContain('SHOP_START_MS=300')
  })

  test('waits as `depends_on` says: for the end of one, for the health of another', () => {
    const order = (first.plan?.steps ?? []).flatMap((step) => {
      if (step.kind === 'run-once') return [`ran ${step.service}`]
      if (step.kind === 'wait-healthy') return step.services.map((service) => `healthy ${service}`)
      if (step.kind === 'recreate-services') return step.services.map(({ service }) => `started ${service}`)
      return []
    })
    expect(order.indexOf('ran prepare')).toBeLessThan(order.indexOf('started backend'))
    expect(order.indexOf('healthy backend')).toBeLessThan(order.indexOf('started frontend'))
    expect(order).not.toContain('started debugging')
  })

  test('runs a service of a profile that is not active, in the image and with the files of the release', async () => {
    expect(first.plan?.inactiveServices).toMatchObject([{ service: 'debugging', profiles: ['debugging'] }])
    const pins = (await app.readOnServer('docker-compose.override.yml')) ?? ''
    const [, image = ''] = /debugging:\n +image: (ghcr\.io\/acme\/shop-backend@sha256:\S+)/.exec(pins) ?? []
    expect(await server.docker('images', '-q', '--digests', '--filter', `reference=${image}`)).toBe('')
    const ran = await app.dray(['run', 'test', 'debugging', 'cat', '/config/level'])
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: 'all\n',
      stderr: expect.stringContaining(`Pulling ${image} on `) as string,
    })
  })

  test('says that a service without a health check is only seen to run', () => {
    expect(first.plan?.warnings.join('\n')).toMatch(/worker.*no health check|worker has no/)
  })

  test('runs by hand as dray left it, deploy-time values in environment, labels and command included', async () => {
    const before = await app.containerIds()
    const { stderr } = await app.compose('up', '-d')
    expect(stderr).not.toMatch(/Recreate|Creat/)
    expect(await app.containerIds()).toEqual(before)
    expect(await release('backend')).toEqual({
      env: ['OWNER=acme', 'RELEASE=v1'],
      label: 'v1',
      argument: 'v1',
    })
  })

  test('runs one-shot services again for a new release, before their dependents', async () => {
    second = await app.mustDeploy('v2')
    const { stdout } = await app.compose('exec', '-T', 'backend', 'cat', '/data/prepared')
    // Compose itself had it run again at the `up` by hand.
    expect(stdout).toBe('v1\nv1\nv2\n')
    expect(await app.version()).toBe('v2')
    expect(await release('backend')).toEqual({
      env: ['OWNER=acme', 'RELEASE=v2'],
      label: 'v2',
      argument: 'v2',
    })
  })

  test('and is again the same by hand, and when deployed once more', async () => {
    const before = await app.containerIds()
    await app.compose('up', '-d')
    expect(await app.containerIds()).toEqual(before)
    expect((await app.mustDeploy('v2')).outcome).toBe('unchanged')
    expect(await app.containerIds()).toEqual(before)
  })

  test('does not continue when a one-shot service fails', async () => {
    const before = await app.containerIds('backend')
    await app.writeSource({
      'docker-compose.yml': compose.replace(
        'echo $$APP_VERSION >> /data/prepared',
        'echo out of paper; exit 3',
      ),
    })
    const result = await app.deploy('v3')
    expect(result).toMatchObject({ exitCode: 1, failure: { code: 'SERVICE_EXITED' } })
    expect(result.failure?.details.logTail).toContain('out of paper')
    expect(await app.containerIds('backend')).toEqual(before)
    expect(await app.version()).toBe('v2')
    await app.writeSource({ 'docker-compose.yml': compose })
    await app.mustDeploy('v3')
  })

  test('drops a service that is no longer in the file', async () => {
    await app.writeSource({ 'docker-compose.yml': compose.replace(/ {2}worker:\n(?: {4}.*\n)+/, '') })
    await app.mustDeploy('v3')
    expect((await app.containers()).map(({ service }) => service)).not.toContain('worker')
  })

  test('pulls an image that several services have only once', () => {
    const names = stepsOf(second, 'pull-image').map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  async function release(service: string) {
    const [container] = await app.containers(service)
    const text = await server.docker('inspect', '-f', '{{json .Config}}', container?.id ?? '')
    const config = JSON.parse(text) as { Env: string[]; Labels: Record<string, string>; Cmd: string[] }
    return {
      env: config.Env.filter((line) => /^(RELEASE|OWNER)=/.test(line)).sort(),
      label: config.Labels['com.acme.release'],
      argument: config.Cmd.at(-1),
    }
  }
})

describe('two compose files', () => {
  test('are merged as `docker compose -f -f` does, and by hand nothing changes', async () => {
    await using app = await TestApp.make({
      net,
      server,
      name: 'two-files',
      port: 8112,
      environment: { compose: ['base/docker-compose.yml', 'base/test.yml'] },
      files: {
        'base/docker-compose.yml': composeWith({ port: 8199, backend: '    environment: { STAGE: none }\n' }),
        'base/test.yml':
          'services:\n  backend:\n    environment: { STAGE: test, RELEASE: "${IMAGE_TAG}" }\n  nginx:\n    ports: !override ["8112:80"]\n',
        'base/nginx/conf.d/default.conf':
          'server { listen 80; location / { proxy_pass http://backend:8000; } }\n',
      },
    })
    await app.mustDeploy('v1')
    expect(await app.version()).toBe('v1')
    const { stdout } = await app.compose('exec', '-T', 'backend', 'env')
    expect(stdout).toContain('STAGE=test')
    expect(stdout).toContain('RELEASE=v1')
    const before = await app.containerIds()
    const byHand = await app.compose('up', '-d')
    expect(byHand.exitCode).toBe(0)
    expect(byHand.stderr).not.toContain('multiple config files')
    expect(await app.containerIds()).toEqual(before)
    await app.mustDeploy('v2')
    expect(await app.version()).toBe('v2')
    expect((await app.rollback()).failure).toBeUndefined()
    const again = await app.compose('exec', '-T', 'backend', 'env')
    expect(again.stdout).toContain('RELEASE=v1')
    const restored = await app.containerIds()
    expect((await app.compose('up', '-d')).exitCode).toBe(0)
    expect(await app.containerIds()).toEqual(restored)
    expect(await app.mustDeploy('v1')).toMatchObject({ outcome: 'unchanged' })
  })
})

describe('health', () => {
  test('a release without a check that dies within the first seconds is refused', async () => {
    await using app = await TestApp.make({
      net,
      server,
      name: 'unchecked',
      port: 8113,
      files: {
        'docker-compose.yml': composeWith({ port: 8113 }).replace(/ {4}healthcheck:\n(?: {6}.*\n)+/, ''),
      },
    })
    await app.mustDeploy('v1')
    const result = await app.deploy('v2-exits-at-once')
    expect(result).toMatchObject({ exitCode: 1, failure: { code: 'SERVICE_EXITED' } })
    expect(await app.version()).toBe('v1')
  })
})
