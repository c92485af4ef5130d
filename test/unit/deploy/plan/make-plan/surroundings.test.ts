import { describe, expect, test } from 'vitest'
import type { OtherContainer } from '../../../../../src/deploy/model/surroundings.ts'
import { fakeApp, fakeProxy, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const old = (facts: Partial<OtherContainer> = {}): OtherContainer => ({
  name: 'old-nginx-1',
  project: 'old',
  directory: '/srv/old',
  ports: [],
  ...facts,
})

function worldWith(facts: Partial<FakeWorld['host']>, app = fakeApp([fakeProxy()])): FakeWorld {
  const world = new FakeWorld(app)
  Object.assign(world.host, facts)
  return world
}

test.each(['network', 'volume'] as const)('an external %s must exist', async (kind) => {
  const externals = [{ kind, name: 'shared-metrics', service: 'nginx' }]
  const app = fakeApp([fakeProxy()], { externals })
  await expect(worldWith({}, app).plan()).rejects.toMatchObject({
    code: 'EXTERNAL_MISSING',
    exitCode: 3,
    message: `The external ${kind} shared-metrics, which service nginx uses, does not exist on srv.`,
    hint: `On the server, run \`docker ${kind} create shared-metrics\`, or correct its name in the compose file.`,
  })
  const world = worldWith({ existing: [`${kind} shared-metrics`] }, app)
  expect(await world.plan()).toMatchObject({ unchanged: false })
})

test('an external secret is refused: Compose reads none', async () => {
  const app = fakeApp([fakeProxy()], { externals: [{ kind: 'secret', name: 'key', service: 'nginx' }] })
  await expect(worldWith({}, app).plan()).rejects.toMatchObject({
    code: 'EXTERNAL_MISSING',
    message: 'Service nginx uses the external secret key, which Docker Compose can only read in Swarm.',
  })
})

test('a container_name that another container has is refused', async () => {
  const app = fakeApp([fakeService('db', { containerName: 'shop-db' })])
  await expect(worldWith({ others: [old({ name: 'shop-db' })] }, app).plan()).rejects.toMatchObject({
    code: 'NAME_TAKEN',
    exitCode: 3,
    message:
      'The name shop-db of service db is taken on srv by container shop-db of Compose project old in /srv/old.',
    hint: expect.stringContaining('write `name: old` at the top of the compose file') as string,
  })
  const byHand = old({ name: 'shop-db', project: undefined, directory: undefined })
  await expect(worldWith({ others: [byHand] }, app).plan()).rejects.toMatchObject({
    message: 'The name shop-db of service db is taken on srv by container shop-db.',
    hint: expect.stringContaining('`docker rm -f shop-db`') as string,
  })
})

describe('a port that a container of another project has', () => {
  const portOf = (port: string, address = '') => ({ others: [old({ ports: [{ port, address }] })] })

  test('is refused, and the container named, with a way to move the app', async () => {
    await expect(worldWith({ ...portOf('80'), foreignPorts: [80] }).plan()).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      exitCode: 3,
      message:
        'Port 80 of nginx is already in use on srv by container old-nginx-1 of Compose project old in /srv/old.',
      hint: expect.stringContaining('deploy with `--adopt`: that moves it here with its volumes') as string,
    })
  })

  test('is refused where no process listens on it, and for UDP', async () => {
    await expect(worldWith(portOf('80')).plan()).rejects.toMatchObject({ code: 'PORT_TAKEN' })
    const dns = fakeApp([fakeProxy({ publishedPorts: ['53/udp'] })])
    await expect(worldWith(portOf('53/udp'), dns).plan()).rejects.toMatchObject({ code: 'PORT_TAKEN' })
  })

  test('on another address is free', async () => {
    const app = fakeApp([fakeProxy({ portAddresses: { 80: '127.0.0.1' } })])
    expect(await worldWith(portOf('80', '10.0.0.5'), app).plan()).toMatchObject({ unchanged: false })
    await expect(worldWith(portOf('80', '127.0.0.1'), app).plan()).rejects.toMatchObject({
      code: 'PORT_TAKEN',
    })
  })
})
