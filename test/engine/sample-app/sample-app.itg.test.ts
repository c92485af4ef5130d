import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareImages } from '../../support/images/prepare.ts'
import type { LocalRegistry } from './local-registry.ts'
import { startLocalRegistry } from './local-registry.ts'
import { startShop } from './shop.ts'

const wanted = [
  'shop-backend:v1',
  'shop-backend:v1-abrupt',
  'shop-frontend:v1',
  'shop-frontend:v1-abrupt',
  'shop:v1',
]
let registry: LocalRegistry

beforeAll(async () => {
  registry = await startLocalRegistry()
  const names = [...wanted.map((name) => `acme/${name}`), 'library/nginx:alpine']
  await prepareImages({ registryPushHost: registry.host, only: (name) => names.includes(name) })
})

afterAll(async () => registry[Symbol.asyncDispose]())

test('answers through nginx, and says which version it is', async () => {
  await using shop = await startShop({ registryHost: registry.host, tag: 'v1', project: 'dray-itg-shop' })
  const version = await fetch(`${shop.url}/api/version`)
  const order = { method: 'POST', body: '{"id":7,"item":"A wheel"}' }

  expect(version.headers.get('x-version')).toBe('v1')
  expect(await version.json()).toMatchObject({ version: 'v1' })
  expect(await (await fetch(`${shop.url}/api/orders`, order)).json()).toEqual({ id: 7, item: 'A wheel' })
  expect(await (await fetch(shop.url)).text()).toContain('<dd>v1</dd>')
})

test('its tasks write to the volume, and migrating twice changes nothing', async () => {
  await using shop = await startShop({ registryHost: registry.host, tag: 'v1', project: 'dray-itg-shop' })
  await shop.compose('run', '--rm', 'backend', 'npm', 'run', 'migrate')
  await shop.compose('run', '--rm', 'backend', 'npm', 'run', 'migrate')
  await shop.compose('run', '--rm', 'backend', 'npm', 'run', 'sync-manual')
  const lines = (await shop.compose('exec', '-T', 'backend', 'cat', '/data/tasks.ndjson')).trim().split('\n')

  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { task: 'migrate', version: 'v1', from: 0, to: 3 },
    { task: 'migrate', version: 'v1', from: 3, to: 3 },
    { task: 'sync-manual', version: 'v1', pages: 3 },
  ])
})

test('finishes the requests it has on SIGTERM, unless it is the abrupt kind', async () => {
  const statuses: Record<string, number> = {}
  for (const tag of ['v1', 'v1-abrupt']) {
    await using shop = await startShop({ registryHost: registry.host, tag, project: 'dray-itg-shop' })
    const slow = fetch(`${shop.url}/api/slow?ms=1000`)
    // Handled after the slow one has arrived, on another connection.
    await fetch(`${shop.url}/api/version`)
    await shop.compose('stop', 'backend')
    statuses[tag] = (await slow).status
  }
  expect(statuses).toEqual({ v1: 200, 'v1-abrupt': 502 })
})

test('the production form serves pages and API from one image', async () => {
  const composeFile = 'docker-compose.production.yml'
  const registryHost = registry.host
  await using shop = await startShop({
    registryHost,
    tag: 'v1',
    composeFile,
    project: 'dray-itg-shop-production',
  })
  await shop.compose('run', '--rm', 'app', 'npm', 'run', 'migrate')

  expect(await (await fetch(shop.url)).text()).toContain('<dd>v1</dd>')
  expect(await (await fetch(`${shop.url}/api/version`)).json()).toMatchObject({ version: 'v1' })
})
