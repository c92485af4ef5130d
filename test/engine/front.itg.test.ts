import { expect, test } from 'vitest'
import { renderOverride } from '../../src/adapters/compose/pins.ts'
import { readAppModel } from '../../src/adapters/compose/read-model.ts'
import { designFront } from '../../src/deploy/plan/front/design-front.ts'
import { composeModel } from '../support/compose-config.ts'

const wanted = {
  ownRepositories: ['ghcr.io/acme/'],
  tag: 'v1',
  proxyService: undefined,
  services: undefined,
  domains: [],
}

const compose = `services:
  web:
    image: ghcr.io/acme/web:v1
    ports: ["127.0.0.1:8000:3000", "8001:3001"]
    networks: [back]
  db:
    image: postgres:16
    ports: ["5432:5432"]
networks:
  back: {}
`

test.each<[string, Record<string, string>, string]>([
  ['one compose file', { 'compose.yaml': compose }, 'docker-compose.override.yml'],
  [
    'several',
    {
      'compose.yaml': 'include:\n  - path: ["web.yml", ".dray-pins.yml"]\n',
      'web.yml': compose,
      '.dray-pins.yml': 'services: {}\n',
    },
    '.dray-pins.yml',
  ],
])('Compose moves the ports of a service to the front: %s', async (_how, files, override) => {
  const read = (more: Record<string, string> = {}) => readModel({ ...files, ...more })
  const front = designFront(await read(), wanted)
  const { services } = await read({ [override]: renderOverride({}, {}, { front }) })
  const port = { protocol: 'tcp', hostIp: undefined }
  expect(Object.fromEntries(services.map(({ name, ports }) => [name, ports]))).toEqual({
    web: [],
    db: [{ ...port, published: '5432', target: 5432 }],
    'dray-front': [
      { ...port, published: '8000', target: 80, hostIp: '127.0.0.1' },
      { ...port, published: '8001', target: 81 },
    ],
  })
  expect(services.find(({ name }) => name === 'dray-front')).toMatchObject({
    image: 'nginx:1.28-alpine',
    networks: ['back'],
    dependsOn: [{ service: 'web', condition: 'service_started' }],
  })
})

test('Compose adds the ports and the volume of a domain', async () => {
  const files = { 'compose.yaml': compose }
  const domains = [{ name: 'app.example.com', service: 'web', port: 3000 }]
  const front = designFront(await readModel(files), { ...wanted, domains })
  const override = renderOverride({}, {}, { front })
  const { services } = await readModel({ ...files, 'docker-compose.override.yml': override })
  const found = services.find(({ name }) => name === 'dray-front')
  expect(found?.publishedPorts).toEqual(['8000', '8001', '80', '443'])
  expect(found?.volumes).toMatchObject([{ name: 'dray-front-data', target: '/data' }])
})

async function readModel(files: Record<string, string>) {
  return readAppModel({
    model: await composeModel(files),
    plainModel: '',
    stage: '/none',
    path: '/srv/shop',
    envFileHashes: new Map(),
  })
}
