import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

/** An nginx of another project sends to the app by its name, which it looked up when it started. */
const net = attachTestNet()
const server = net.server('srv1')
const port = 8107
const compose = `services:
  backend:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    networks: { edge: { aliases: [shop-api] } }
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s
      retries: 20
networks:
  edge: { external: true, name: edge }
`
const configuration = 'server { listen 80; location / { proxy_pass http://shop-api:8000; } }'
let app: TestApp

beforeAll(async () => {
  await server.docker('network', 'create', 'edge')
  app = await TestApp.make({
    net,
    server,
    name: 'behind-other',
    port,
    files: { 'docker-compose.yml': compose },
    config: { tasks: {}, probe: false },
  })
  await app.mustDeploy('v1')
  await server.docker('pull', '--quiet', 'nginx:alpine')
  await server.docker(
    ...['run', '--detach', '--name', 'gateway', '--label', 'com.docker.compose.project=edge'],
    ...['--network', 'edge', '--publish', `${port}:80`, 'nginx:alpine', 'sh', '-c'],
    `echo '${configuration}' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'`,
  )
})

afterAll(async () => {
  await server.docker('rm', '--force', '--volumes', 'gateway')
  await app[Symbol.asyncDispose]()
  await server.docker('network', 'rm', 'edge')
})

test('no old container is stopped to which a proxy of another project still sends', async () => {
  await expect.poll(() => app.version().catch(String)).toBe('v1')
  const before = await app.containerIds()
  const load = { connections: 0, ratePerSecond: 20 }
  const { result, report } = await underLoad(app, load, () => app.deploy('v2'))
  expect(result).toMatchObject({
    exitCode: 1,
    failure: {
      code: 'STILL_REACHED',
      message:
        'Container gateway of project edge (nginx) still sends requests to the old container of backend, and none to the new one.',
    },
  })
  expectNoneFailed(report)
  expect(Object.keys(report.versions)).toEqual(['v1'])
  expect(await app.containerIds()).toEqual(before)
})
