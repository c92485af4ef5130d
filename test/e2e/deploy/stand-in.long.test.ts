import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { startUntil } from '../support/start-until.ts'

const net = attachTestNet()
const server = net.server('srv1')
const load = { connections: 0 }

/** The name and the port can have one container only; nginx names the container. */
const compose = `services:
  api:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    container_name: standin_api
    env_file: .env
    restart: unless-stopped
    ports: ["127.0.0.1:8131:8000"]
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s
      timeout: 5s
      retries: 60

  nginx:
    image: nginx:alpine
    restart: unless-stopped
    ports: ["8130:80"]
    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]
`

/** Node closes an idle connection after 5 s, and nginx does not repeat a POST that it sent on one: so no container is kept. */
const nginxConf = `upstream api {
    server standin_api:8000;
}

server {
    listen 80;

    location / {
        proxy_pass http://api;
        proxy_set_header Connection close;
    }
}
`

const drayFile = (tasks: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    app: 'standin',
    registry: 'ghcr.io/acme',
    environments: { test: { host: server.sshTarget, path: '/srv/standin' } },
    probe: { url: 'http://localhost:8130/api/health' },
    tasks,
  })

let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'standin',
    port: 8130,
    files: {
      'dray.yml': drayFile({}),
      'docker-compose.yml': compose,
      'nginx/conf.d/default.conf': nginxConf,
    },
  })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

beforeEach(async () => {
  expect(await standIns()).toEqual([])
})

test('a service with a fixed name and a port is replaced under load, and no request fails', async () => {
  const { result, report } = await underLoad(app, load, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
  expect(result.plan?.warnings).toContain(
    'Port 8131 of api is briefly unavailable; requests through the proxy are not affected.',
  )
  await expectAsComposeWants()
})

test('a release that does not become healthy is undone, and no request fails', async () => {
  const before = await app.containerIds()
  const { result, report } = await underLoad(app, load, () => app.deploy('v2-exits-at-once'))
  expect(result).toMatchObject({
    exitCode: 1,
    failure: { code: 'SERVICE_EXITED', details: { logOf: 'standin.api.stand-in' } },
  })
  expectNoneFailed(report)
  expect(Object.keys(report.versions)).toEqual(['v2'])
  expect(await app.containerIds()).toEqual(before)
})

test('a failure after the real container was recreated is undone, and no request fails', async () => {
  await app.writeSource({ 'dray.yml': drayFile({ fail: { service: 'api', run: ['false'], when: 'after' } }) })
  const { result, report } = await underLoad(app, load, () => app.deploy('v1'))
  expectNoneFailed(report)
  expect(result).toMatchObject({
    exitCode: 1,
    failure: {
      code: 'TASK_FAILED',
      undone: [
        'files restored',
        'api recreated as before',
        'traffic switched back',
        'standin.api.stand-in removed',
      ],
    },
  })
  expect(await app.version()).toBe('v2')
  await app.writeSource({ 'dray.yml': drayFile({}) })
  await expectAsComposeWants()
})

test('the next run repairs what a client left that was killed in the middle of the recreate', async () => {
  const args = ['deploy', 'test', '--tag', 'v1', '--json']
  const { report } = await underLoad(app, load, async () => {
    const killed = await startUntil(app, { args }, /"step\.started".*"recreate-services"/)
    killed.kill('SIGKILL')
    await killed.done
    expect(await standIns()).toHaveLength(1)
    await app.mustDeploy('v1', '--wait', '60s')
  })
  expectNoneFailed(report)
  expect(await app.version()).toBe('v1')
  await expectAsComposeWants()
})

test('a port without a proxy is forwarded to the stand-in for root, and no new connection fails, also over IPv6', async () => {
  const ipv6 = await server.addIpv6()
  await using bare = await TestApp.make({
    net,
    server,
    name: 'bareport',
    port: 8132,
    environment: { host: `root@${server.name}` },
    files: {
      'docker-compose.yml': compose
        .replace(/ {2}nginx:[^]*/, '')
        .replace('127.0.0.1:8131', '8132')
        .replace('standin', 'bare')
        .concat(
          'networks: { default: { enable_ipv6: true, ipam: { config: [{ subnet: "fd00:ba7e::/64" }] } } }\n',
        ),
    },
  })
  await bare.mustDeploy('v1')
  const places = [{ url: bare.url }, { url: `http://[${ipv6}]:8132` }]
  const { report } = await underLoad(bare, { ...load, places }, async () => {
    const { plan } = await bare.mustDeploy('v2')
    expect(plan?.warnings.join('\n')).not.toContain('unavailable')
    expect(plan?.steps.map(({ kind }) => kind)).toContain('forward-ports')
    expect(await bare.deploy('v2-exits-at-once')).toMatchObject({
      exitCode: 1,
      failure: { code: 'SERVICE_EXITED' },
    })
  })
  expectNoneFailed(report)
  expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
  for (const tool of ['iptables', 'ip6tables'])
    expect((await server.run([tool, '-t', 'nat', '-S'])).stdout).not.toContain('dray-')
  const before = await bare.containerIds()
  expect((await bare.compose('up', '-d')).exitCode).toBe(0)
  expect(await bare.containerIds()).toEqual(before)
})

/** A hand-typed `docker compose up -d` changes nothing: name, port, number and configuration are those of the files. */
async function expectAsComposeWants(): Promise<void> {
  const before = await app.containerIds()
  expect((await app.compose('up', '-d')).exitCode).toBe(0)
  expect(await app.containerIds()).toEqual(before)
  const format =
    '{{.Name}} {{index .Config.Labels "com.docker.compose.container-number"}} {{.HostConfig.RestartPolicy.Name}}'
  expect(await server.docker('inspect', '--format', format, 'standin_api')).toBe(
    '/standin_api 1 unless-stopped',
  )
  expect(await server.docker('port', 'standin_api')).toBe('8000/tcp -> 127.0.0.1:8131')
}

/** Stand-ins, running or not. */
async function standIns(): Promise<string[]> {
  const filters = ['dray.stand-in-of', `com.docker.compose.project=${app.name}`]
  const args = filters.flatMap((label) => ['--filter', `label=${label}`])
  const listed = await server.docker('ps', '-aq', ...args)
  return listed === '' ? [] : listed.split('\n')
}
