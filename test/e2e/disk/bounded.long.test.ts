import { afterAll, beforeAll, expect, test } from 'vitest'
import { pushVersion } from '../../support/images/push-version.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { measureGrowth, type Grown } from '../../support/measure-growth.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8211
const deploys = 8
const keep = 2
const layerBytes = 1_000_000
let app: TestApp

beforeAll(async () => {
  await server.run(['sh', '-c', 'docker image prune -af'])
  const compose = `services:
  backend:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG}
    env_file: .env
    stop_grace_period: 1s
  nginx:
    image: nginx:alpine
    ports: ['${port}:80']
    volumes: ['./nginx/conf.d:/etc/nginx/conf.d:ro']
    depends_on: [backend]
`
  app = await TestApp.make({
    net,
    server,
    name: 'bounded',
    port,
    envFile: 'SHOP_START_MS=0\n',
    files: {
      'docker-compose.yml': compose,
      'nginx/conf.d/default.conf': 'server { listen 80; location / { proxy_pass http://backend:8000; } }\n',
    },
    config: { keep },
  })
  const image = { pushHost: net.registry.pushHost, repository: 'acme/shop-backend', from: 'v1' }
  for (let number = 1; number <= deploys; number += 1) {
    await pushVersion({ ...image, tag: `grown-${number}`, bytes: layerBytes })
  }
})
afterAll(() => app[Symbol.asyncDispose]())

test('many deploys in a row leave the archived releases, and nothing that grows', async () => {
  const measured: Grown[] = []
  for (let number = 1; number <= deploys; number += 1) {
    await app.mustDeploy(`grown-${number}`)
    measured.push(await measureGrowth(app))
  }
  const [after] = measured.slice(keep - 1)
  const last = measured.at(-1)
  if (after === undefined || last === undefined) throw new Error('Nothing was measured.')
  expect(last).toMatchObject({ releases: keep, backendImages: keep })
  expect(last).toMatchObject({
    containers: after.containers,
    images: after.images,
    networks: after.networks,
    volumes: after.volumes,
  })
  // One more version would be a million.
  expect(last.dockerBytes - after.dockerBytes).toBeLessThan(layerBytes / 2)
  expect((last.appBytes - after.appBytes) / (deploys - keep)).toBeLessThan(10_000)
})
