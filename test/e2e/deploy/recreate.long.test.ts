import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith } from '../support/compose-parts.ts'
import type { DeployResult } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv2')
const command = 'command: ["node", "-e", "process.on(\'SIGTERM\', process.exit); setInterval(() => {}, 1e6)"]'
const image = 'image: ghcr.io/${REGISTRY_OWNER:-acme}/shop-backend:${IMAGE_TAG:-latest}'
let app: TestApp

const compose = (databaseTag: string) =>
  composeWith({
    port: 8121,
    more: `  db:
    image: db:${databaseTag}
    restart: unless-stopped
    ports: ["5499:5432"]
    volumes: ["db:/var/lib/db"]

  direct:
    ${image}
    ${command}
    ports: ["8122:8000"]
    networks: [apart]

  named:
    ${image}
    ${command}
    container_name: the-only-one
    networks: [apart]

  sidecar:
    image: ghcr.io/acme/shop-frontend:v1
    ${command}
    restart: unless-stopped
    network_mode: service:named

volumes:
  db:
networks:
  apart:
`,
  })

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'recreated',
    port: 8121,
    files: { 'docker-compose.yml': compose('1') },
  })
  await app.mustDeploy('v1')
  expect(await askDatabase('SET who wheels')).toBe('OK')
})

afterAll(() => app[Symbol.asyncDispose]())

test('a service without a proxy that publishes a port or has a fixed name is recreated, and the plan says why', async () => {
  const plan = await app.dray(['plan', 'test', '--tag', 'v2'])
  expect(plan.stdout).toMatch(/direct.*publishes port 8122/)
  expect(plan.stdout).toMatch(/named.*sidecar is bound to its container/)
  const before = await app.containerIds()
  await app.mustDeploy('v2')
  const after = await app.containers()
  for (const service of ['direct', 'named', 'backend']) {
    const now = after.filter((it) => it.service === service)
    expect(now.map(({ state }) => state)).toEqual(['running'])
    expect(before).not.toContain(now[0]?.id)
  }
})

test('a service in the network of a recreated container is recreated with it, although it did not change', async () => {
  expect(await networkOf('sidecar')).toBe(`container:${(await app.containerIds('named'))[0]}`)
  const plan = await app.dray(['plan', 'test', '--tag', 'v3'])
  expect(plan.stdout).toMatch(/named, which it restarts with, is replaced/)
})

test("a third-party database is left alone when only the app's version changes", async () => {
  const before = await app.containerIds('db')
  const result = await app.mustDeploy('v3')
  expect(await app.containerIds('db')).toEqual(before)
  expect(causesOf(result)).not.toMatch(/\bdb\b/)
  expect(result.plan?.unchangedServices).toContainEqual(expect.objectContaining({ service: 'db' }))
})

test('a new version of it is recreated and keeps its data, and the rest is left alone', async () => {
  const others = (await app.containers()).filter(({ service }) => service !== 'db')
  await app.writeSource({ 'docker-compose.yml': compose('2') })
  const result = await app.mustDeploy('v3')
  expect(result.plan?.warnings.join('\n')).toMatch(/db is briefly unavailable/)
  expect(await askDatabase('VERSION')).toBe('2')
  expect(await askDatabase('GET who')).toBe('wheels')
  expect((await app.containers()).filter(({ service }) => service !== 'db')).toEqual(others)
})

test('one whose new version does not start is put back as it was, with its data', async () => {
  await app.writeSource({
    'docker-compose.yml': compose('2').replace(
      'volumes: ["db:/var/lib/db"]',
      'volumes: ["db:/var/lib/db"]\n    command: ["false"]',
    ),
  })
  const result = await app.deploy('v3')
  expect(result).toMatchObject({ exitCode: 1 })
  expect(result.failure?.undone?.join()).toContain('db recreated as before')
  expect(await askDatabase('GET who')).toBe('wheels')
  await app.writeSource({ 'docker-compose.yml': compose('2') })
  expect((await app.mustDeploy('v3')).exitCode).toBe(0)
})

async function networkOf(service: string): Promise<string> {
  const [id = ''] = await app.containerIds(service)
  return server.docker('inspect', '--format', '{{.HostConfig.NetworkMode}}', id)
}

const causesOf = (result: DeployResult): string =>
  (result.plan?.steps ?? [])
    .flatMap((step) =>
      step.kind === 'start-beside' || step.kind === 'recreate-services'
        ? step.services.map(({ service }) => `${service}: ${step.cause}`)
        : [],
    )
    .join('\n')

/** One command to the database at its published port; tried again while it starts. */
async function askDatabase(line: string): Promise<string> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      const socket = connect(5499, server.address)
      await once(socket, 'connect')
      const lines = createInterface({ input: socket })
      socket.write(`${line}\n`)
      const [answer] = (await Promise.race([
        once(lines, 'line'),
        once(lines, 'close').then(() => [undefined]),
      ])) as [string | undefined]
      socket.destroy()
      if (answer !== undefined) return answer
      throw new Error('The database closed the connection.')
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}
