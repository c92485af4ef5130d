import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { startAcmeServer } from './support/acme-server.ts'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { pushCaddyFrontImage, pushFrontImage } from '../../reach/push-images.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8150
const load = { connections: 0 }
const domain = 'app.example.com'

/** No proxy: the app publishes its port. */
const compose = `services:
  api:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-v1}
    env_file: .env
    restart: unless-stopped
    ports: ["${port}:8000"]
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s
      timeout: 5s
      retries: 60
`

let app: TestApp

const drayFile = (more: Readonly<Record<string, unknown>>): Record<string, string> => ({
  'dray.yml': JSON.stringify({
    app: 'front',
    registry: 'ghcr.io/acme',
    environments: { test: { host: server.sshTarget, path: '/srv/front' } },
    probe: { url: `http://localhost:${port}/api/health` },
    ...more,
  }),
})

/** Version 1 was started by hand. */
beforeAll(async () => {
  await pushFrontImage(net.registry.pushHost)
  await pushFieldImages(net.registry.pushHost)
  await pushCaddyFrontImage(net.registry.pushHost)
  const files = { ...drayFile({ front: true }), 'docker-compose.yml': compose }
  app = await TestApp.make({ net, server, name: 'front', port, files })
  await app.writeOnServer('docker-compose.yml', await readFile(`${app.directory}/docker-compose.yml`, 'utf8'))
  const login = `printf %s '${testToken}' | docker login ghcr.io -u octocat --password-stdin`
  const command = `cd ${app.path} && ${login} && docker compose up -d --wait && docker logout ghcr.io`
  expect(await server.run(['su', 'deploy', '-c', command])).toMatchObject({ exitCode: 0 })
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await server.run(['sh', '-c', 'docker rm -fv acme; rm -rf /srv/acme'])
})

test('a failure while it moves in gives the port back', async () => {
  const tasks = { fail: { service: 'api', run: ['false'], when: 'after' } }
  await app.writeSource(drayFile({ front: true, tasks }))
  const before = await app.containerIds()
  expect(await app.deploy('v2')).toMatchObject({ exitCode: 1, failure: { code: 'TASK_FAILED' } })
  expect(await app.containerIds()).toEqual(before)
  expect(await app.version()).toBe('v1')
})

test('it moves in, and `docker compose up -d` by hand changes nothing', async () => {
  await app.writeSource(drayFile({ front: true }))
  const { plan } = await app.mustDeploy('v1')
  expect(plan?.proxies).toMatchObject([{ service: 'dray-front', kind: 'nginx', upstreams: ['api'] }])
  expect(await services()).toEqual(['api', 'dray-front'])
  await expectAsComposeWants()
})

test('from then on no request fails: a release, a broken one, and the way back', async () => {
  const { result, report } = await underLoad(app, load, async () => {
    await app.mustDeploy('v2')
    const broken = await app.deploy('v2-exits-at-once')
    return { broken, back: await app.rollback() }
  })
  expect(result.broken).toMatchObject({ exitCode: 1, failure: { code: 'SERVICE_EXITED' } })
  expect(result.back.exitCode).toBe(0)
  expectNoneFailed(report)
  expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
  await expectAsComposeWants()
})

test('with a domain it becomes Caddy, gets a certificate, and no HTTPS request fails during a release', async () => {
  const { url, root } = await startAcmeServer(server, domain, port + 1)
  await app.writeSource({
    ...drayFile({ front: { domain, acme: { url, root: 'ca.pem' } } }),
    'ca.pem': root,
  })
  const { plan } = await app.mustDeploy('v1')
  expect(plan?.proxies).toMatchObject([{ service: 'dray-front', kind: 'caddy' }])
  expect(plan?.unchangedServices).toMatchObject([{ service: 'api' }])
  const places = [{ url: `https://${server.address}`, host: domain, ca: root }]
  const { report } = await underLoad(app, { ...load, places }, () => app.mustDeploy('v2'))
  expectNoneFailed(report)
  expect(Object.keys(report.versions).sort()).toEqual(['v1', 'v2'])
  await expectAsComposeWants()
})

test('it moves out, the service has its port again, and the time without an answer is printed', async () => {
  await app.writeSource(drayFile({}))
  const { events } = await app.mustDeploy('v2')
  const gaps = events.flatMap((it) => (it.type === 'step.finished' ? (it.gaps ?? []) : []))
  expect(gaps).toEqual([{ port: String(port), gapMs: expect.any(Number) }])
  expect(await services()).toEqual(['api'])
  expect(await app.version()).toBe('v2')
  expect(await app.readOnServer('dray-front/Caddyfile')).toBeUndefined()
  expect(await server.docker('volume', 'ls', '-q')).toContain('front_dray-front-data')
  await expectAsComposeWants()
})

async function services(): Promise<string[]> {
  return (await app.containers()).map(({ service }) => service)
}

async function expectAsComposeWants(): Promise<void> {
  const before = await app.containerIds()
  expect((await app.compose('up', '-d')).exitCode).toBe(0)
  expect(await app.containerIds()).toEqual(before)
  expect(await app.version()).not.toBeNull()
}
