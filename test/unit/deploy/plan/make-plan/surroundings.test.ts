import { describe, expect, test } from 'vitest'
import type { AppModel } from '../../../../../src/deploy/model/app-model.ts'
import type { HostNeeds, HostNetwork } from '../../../../../src/deploy/model/host-needs.ts'
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
  const externals = [{ kind, name: 'shared-metrics', services: ['nginx'] }]
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

test('all missing externals are named, with every service that uses them', async () => {
  const externals = [
    { kind: 'network', name: 'edge', services: ['nginx', 'web'] },
    { kind: 'volume', name: 'certs', services: ['nginx'] },
  ] as const
  await expect(worldWith({}, fakeApp([fakeProxy()], { externals })).plan()).rejects.toMatchObject({
    message: 'The external network edge, which services nginx, web use, does not exist on srv.',
    hint: 'On the server, run `docker network create edge` and `docker volume create certs`, or correct the names in the compose file.',
    details: { problems: ['The external volume certs, for nginx, does not exist either.'] },
  })
})

test('an external secret is refused: Compose reads none', async () => {
  const app = fakeApp([fakeProxy()], { externals: [{ kind: 'secret', name: 'key', services: ['nginx'] }] })
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

describe('what Docker would refuse', () => {
  const needing = (needs: HostNeeds, facts: Partial<AppModel> = {}) =>
    fakeApp([fakeService('web', { needs })], facts)
  const failure = (facts: Partial<FakeWorld['host']>, app: AppModel) => worldWith(facts, app).failure()

  test('is a mounted path, a device or a file of a secret that does not exist', async () => {
    const app = needing({ sources: [{ path: '/dev/dri', isRequired: true }] })
    expect(await failure({ missingPaths: ['/dev/dri'] }, app)).toMatchObject({
      code: 'MOUNT_MISSING',
      exitCode: 3,
      message: '/dev/dri, which service web uses, does not exist on srv.',
    })
    expect(await worldWith({}, app).plan()).toMatchObject({ unchanged: false })
  })

  test('is not a file that is shipped, nor one of a service that stays', async () => {
    const app = needing({ sources: [{ path: 'nginx/conf.d', isRequired: true }] })
    const world = worldWith({ missingPaths: ['nginx/conf.d'] }, app)
    await world.deploy()
    world.host.missingPaths = ['/gone']
    world.app = needing({ sources: [{ path: '/gone', isRequired: true }] })
    expect(await world.failure()).toMatchObject({ code: 'MOUNT_MISSING' })
    world.app = app
    expect(await world.plan()).toMatchObject({ unchanged: true })
  })

  test('a directory that Docker creates is a warning', async () => {
    const app = needing({ sources: [{ path: '/srv/data', isRequired: false }] })
    const { warnings } = await worldWith({ missingPaths: ['/srv/data'] }, app).plan()
    expect(warnings).toContain(
      '/srv/data does not exist on srv, so Docker creates an empty directory, owned by root. If it is a file, or needs content, put it there first.',
    )
    expect((await worldWith({}, app).plan()).warnings.join()).not.toContain('/srv/data')
  })

  test('is a limit or a runtime that the server does not have', async () => {
    expect(await failure({}, needing({ cpus: 4 }))).toMatchObject({
      code: 'RESOURCE_MISSING',
      message: 'Service web may use 4 CPUs, but srv has 2; Docker refuses such a limit.',
    })
    expect(await failure({}, needing({ runtime: 'nvidia' }))).toMatchObject({ code: 'RESOURCE_MISSING' })
    const fine = needing({ cpus: 2, runtime: 'runc' })
    expect(await worldWith({}, fine).plan()).toMatchObject({ unchanged: false })
  })

  test('is a container of another project that does not exist', async () => {
    const app = needing({ containers: [{ name: 'vpn', key: 'network_mode' }] })
    expect(await failure({}, app)).toMatchObject({
      code: 'EXTERNAL_MISSING',
      message: 'Container vpn, which service web needs (`network_mode`), does not exist on srv.',
    })
    expect(await worldWith({ others: [old({ name: 'vpn' })] }, app).plan()).toMatchObject({
      unchanged: false,
    })
    const own = fakeApp([...app.services, fakeService('tunnel', { containerName: 'vpn' })])
    expect(await worldWith({}, own).plan()).toMatchObject({ unchanged: false })
  })

  const network = (facts: Partial<HostNetwork> = {}): HostNetwork => ({
    name: 'other_default',
    project: 'other',
    key: 'default',
    subnets: ['172.20.0.0/16'],
    ...facts,
  })

  test('is a subnet that another network has', async () => {
    const app = needing({}, { createdNetworks: [{ name: 'shop_net', subnets: ['172.20.5.0/24'] }] })
    expect(await failure({ networks: [network()] }, app)).toMatchObject({
      code: 'SUBNET_TAKEN',
      exitCode: 3,
      message:
        'Subnet 172.20.5.0/24 of network shop_net overlaps with network other_default (172.20.0.0/16) of Compose project other on srv.',
    })
    const own = network({ name: 'shop_net', project: 'shop', subnets: ['172.20.5.0/24'] })
    expect(await worldWith({ networks: [own] }, app).plan()).toMatchObject({ unchanged: false })
  })

  test('is a network of the same name that Compose did not create', async () => {
    const app = needing({}, { createdNetworks: [{ name: 'shop_net', subnets: [] }] })
    const there = network({ name: 'shop_net', project: undefined, key: undefined })
    expect(await failure({ networks: [there] }, app)).toMatchObject({
      code: 'NAME_TAKEN',
      message: 'Network shop_net is on srv already, and Compose did not create it.',
    })
  })

  test.each([
    ['outside its subnet', '10.9.0.5', 'whose subnet is 10.8.0.0/16.'],
    ['of another container', '10.8.0.9', 'is also that of container old-nginx-1 on srv.'],
  ])('is a fixed address %s', async (_, address, end) => {
    const app = needing(
      { addresses: [{ network: 'shop_net', address }] },
      { createdNetworks: [{ name: 'shop_net', subnets: ['10.8.0.0/16'] }] },
    )
    const others = [old({ addresses: [{ network: 'shop_net', address: '10.8.0.9' }] })]
    const told = await failure({ others }, app)
    expect(told).toMatchObject({ code: 'SUBNET_TAKEN' })
    expect(told.message).toContain(end)
  })

  test('is a port that two services, or two replicas, publish', async () => {
    const two = fakeApp([fakeProxy(), fakeService('web', { publishedPorts: ['80'] })])
    expect(await failure({}, two)).toMatchObject({
      code: 'PORT_TAKEN',
      exitCode: 3,
      message: 'Port 80 is published by both nginx and web.',
    })
    expect(await failure({}, fakeApp([fakeProxy({ replicas: 2 })]))).toMatchObject({
      message: 'Port 80 of nginx can have one container only, but it has 2 replicas.',
    })
    const on = (hostIp: string) => ({ published: '80', target: 80, protocol: 'tcp', hostIp })
    const apart = fakeApp([
      fakeProxy({ ports: [on('127.0.0.1'), on('10.0.0.2')] }),
      fakeService('web', { publishedPorts: ['80'], ports: [on('10.0.0.1')] }),
    ])
    expect(await worldWith({}, apart).plan()).toMatchObject({ unchanged: false })
  })
})
