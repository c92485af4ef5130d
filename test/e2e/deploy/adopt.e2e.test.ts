import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { composeWith } from '../support/compose-parts.ts'

const net = attachTestNet()
const server = net.server('srv1')
const port = 8170
const database = `  db:
    image: ghcr.io/acme/shop-backend:v1
    command: ["sleep", "infinity"]
    restart: unless-stopped
    init: true
    env_file: .env
    volumes: ["data:/data", "./settings:/settings:ro"]
    healthcheck:
      test: ["CMD", "true"]
      interval: 1s

volumes:
  data:
`
const compose = composeWith({ port, more: database })
let app: TestApp
let before: Record<string, string>

/** Version 1 was started by hand, as its owner did until today. */
beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'adopt',
    port,
    config: { services: { db: { rollout: 'recreate' } } },
    files: { 'docker-compose.yml': compose, 'settings/db.conf': 'shared_buffers = 128MB\n' },
  })

  for (const path of ['docker-compose.yml', 'nginx/conf.d/default.conf', 'settings/db.conf']) {
    await app.writeOnServer(path, await readFile(`${app.directory}/${path}`, 'utf8'))
  }
  await byHand('docker login ghcr.io -u octocat --password-stdin', testToken)
  await byHand('docker compose up -d --wait')
  await byHand('docker logout ghcr.io')
  expect(await app.version()).toBe('v1')
  before = await idsByService()
})

afterAll(() => app[Symbol.asyncDispose]())

describe('the first deploy over an app that was started by hand', () => {
  test('rolls what has a new version, under load, and leaves proxy and database alone', async () => {
    const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy('v2'))
    expect(result.failure).toBeUndefined()
    expectNoneFailed(report)
    expect(stepsOf(result, 'recreate-services')).toEqual([])
    const after = await idsByService()
    expect(after).toMatchObject({ db: before['db'], nginx: before['nginx'] })
    expect(after['backend']).not.toBe(before['backend'])
    expect(await app.version()).toBe('v2')
  })

  test('`docker compose up -d` typed by hand afterwards changes nothing', async () => {
    const ids = await app.containerIds()
    expect((await app.compose('up', '-d')).exitCode).toBe(0)
    expect(await app.containerIds()).toEqual(ids)
  })

  test('the status is well, and the same tag again changes nothing', async () => {
    const status = await app.dray(['status', 'test'])
    expect(status.stdout + status.stderr).not.toMatch(/not the released image/)
    expect(status.exitCode).toBe(0)
    expect((await app.deploy('v2')).plan).toMatchObject({ unchanged: true, steps: [] })
  })
})

describe('later', () => {
  test('a deploy and a rollback leave them alone, too', async () => {
    await app.mustDeploy('v3')
    expect(await idsByService()).toMatchObject({ db: before['db'], nginx: before['nginx'] })
    const result = await app.rollback()
    expect(result.failure).toBeUndefined()
    expect(await app.version()).toBe('v2')
    expect(await idsByService()).toMatchObject({ db: before['db'], nginx: before['nginx'] })
  })

  test('a changed configuration recreates the database, by its digest from then on', async () => {
    await app.writeSource({ 'docker-compose.yml': compose.replace('"infinity"', '"100000"') })
    const result = await app.mustDeploy('v2')
    expect(stepsOf(result, 'recreate-services').flatMap(({ services }) => services)).toMatchObject([
      { service: 'db' },
    ])
    const [database] = await app.containers('db')
    expect(database?.image).toMatch(/shop-backend@sha256:/)
    expect(await idsByService()).toMatchObject({ nginx: before['nginx'] })
  })

  test('a rollback to the adopted configuration runs the same image, by its digest', async () => {
    const result = await app.rollback('r1')
    expect(result.failure).toBeUndefined()
    const [database] = await app.containers('db')
    expect(database?.image).toMatch(/shop-backend@sha256:/)
    const ids = await app.containerIds()
    expect((await app.compose('up', '-d')).exitCode).toBe(0)
    expect(await app.containerIds()).toEqual(ids)
  })
})

async function idsByService(): Promise<Record<string, string>> {
  return Object.fromEntries((await app.containers()).map(({ service, id }) => [service, id]))
}

/** A command of the owner in the app's directory. */
async function byHand(command: string, input = ''): Promise<void> {
  const script = `cd ${app.path} && printf %s '${input}' | IMAGE_TAG=v1 ${command}`
  const { exitCode, stderr } = await server.run(['su', 'deploy', '-c', script])
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}`)
}
