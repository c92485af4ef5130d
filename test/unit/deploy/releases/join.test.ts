import { expect, test } from 'vitest'
import { resolveJoin, type Donor, type JoinRequest } from '../../../../src/deploy/releases/join.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import type { BundleFile } from '../../../../src/deploy/model/ports.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { fakeApp, fakeDigest, fakeProxy, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { overrideFileName } from '../../../support/fake-host.ts'
import { shop, shopAtV1 } from '../../../support/shop-world.ts'

/** As `combineArchives`, with the override file of a fake host. */
const combine: JoinRequest['combine'] = (parts) => ({
  read: () => Promise.reject(new Error('not read')),
  files: async () => {
    const files = (await Promise.all(parts.map((it) => it.archive.files(it.release)))).flat()
    const isOverride = ({ path }: BundleFile): boolean => path === overrideFileName
    const images = files
      .filter(isOverride)
      .map(({ content }) => JSON.parse(Buffer.from(content).toString()) as object)
    const others = new Map(files.filter((it) => !isOverride(it)).map((it) => [it.path, it]))
    const override = Buffer.from(JSON.stringify(Object.assign({}, ...images)))
    return [...others.values(), { path: overrideFileName, content: override, mode: 0o644 }]
  },
})

/** `dray deploy ENVIRONMENT --only HOST`, for the host with this number. */
function join(world: FakeWorld, index: number): void {
  const host = world.archives[index]!
  const donors = world.archives.filter((it) => it !== host && it.name !== host.name)
  world.request = {
    hosts: [world.hosts[index]!],
    resolveDesired: (signal) => resolveJoin({ host, donors, combine, desired: world.desired }, signal),
  }
}

function withImage(services: Release['services'], name: string, tag: string): Release['services'] {
  const digest = fakeDigest(tag)
  return { ...services, [name]: { ...services[name]!, digest, image: `ghcr.io/acme/${name}@${digest}` } }
}

/** `dray deploy ENVIRONMENT --without HOST`, for the host with this number. */
function leaveOut(world: FakeWorld, index: number): void {
  const { name } = world.hosts[index]!
  const hosts = world.hosts.filter((it) => it.name !== name)
  const sites = world.sites.filter(({ host }) => host.name !== name)
  world.request = {
    hosts,
    resolveDesired: async () => ({ desired: { ...world.desired, leftOut: [name] }, sites }),
  }
}

const fleet = (): Promise<FakeWorld> => shopAtV1(['a', 'b', 'c'])

test('a host that was left out keeps its release, which is recorded and said, and the next deploy brings it along', async () => {
  const world = await fleet()
  leaveOut(world, 1)
  const plan = await world.deploy()
  expect(plan).toMatchObject({ release: 'r2', leftOut: ['b'] })
  expect(plan.warnings).toContain(
    'b keeps its release. The next deploy without `--without` brings it to that of the others.',
  )
  expect(world.hosts.map((host) => host.releases.at(-1)?.id)).toEqual(['r2', 'r1', 'r2'])
  const started = world.hosts[0]!.journal.find(({ event }) => event === 'deploy.started')
  expect(started).toMatchObject({ leftOut: ['b'] })
  world.request = {}
  await world.deploy()
  for (const host of world.hosts) {
    expect(host.running).toContain('backend:v2')
    expect(host.releases.at(-1)?.id).toBe('r3')
  }
})

test('the first host may have been left out: the release that is replaced is that of the others', async () => {
  const world = await fleet()
  leaveOut(world, 0)
  await world.deploy()
  world.request = {}
  expect(await world.plan()).toMatchObject({ release: 'r3', replaces: 'r2' })
})

test('a host gets the release of the others by digest, whatever the tag means by now, and no task runs', async () => {
  const world = await fleet()
  leaveOut(world, 1)
  await world.deploy()
  const migrate = {
    name: 'migrate',
    serviceCandidates: ['backend'],
    argv: ['migrate'],
    when: 'before',
  } as const
  world.desired = { ...world.desired, tasks: [migrate] }
  world.movedTags.set('ghcr.io/acme/backend:v2', 'v9')
  join(world, 1)
  const plan = await world.deploy()
  expect(plan).toMatchObject({ release: 'r2', joins: { release: 'r2', from: 'a' } })
  expect(plan.steps.map(({ kind }) => kind)).not.toContain('run-task')
  expect(world.hosts[1]!.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
  expect(world.hosts[1]!.releases.map(({ id }) => id)).toEqual(['r1', 'r2'])
  expect((await world.deploy()).unchanged).toBe(true)
})

test('a host that was left out, or has no release yet, gives none and is named', async () => {
  const world = await fleet()
  leaveOut(world, 1)
  await world.deploy()
  world.hosts[0]!.releases = world.hosts[2]!.releases
  join(world, 2)
  world.hosts[2]!.releases = []
  const { joins, warnings } = await world.plan()
  expect(joins).toEqual({ release: 'r2', from: 'a' })
  expect(warnings).toContain('b has r1, which is older than r2 of a.')
  join(world, 1)
  expect((await world.plan()).warnings).toContain('c has no release yet.')
})

test('two hosts that were left out come back one after the other', async () => {
  const world = await fleet()
  const [a, b, c] = world.hosts
  world.request = {
    hosts: [a!],
    resolveDesired: async () => ({
      desired: { ...world.desired, leftOut: ['b', 'c'] },
      sites: world.sites.slice(0, 1),
    }),
  }
  await world.deploy()
  for (const index of [1, 2]) {
    join(world, index)
    await world.deploy()
  }
  expect([a, b, c].map((host) => host!.releases.at(-1)?.id)).toEqual(['r2', 'r2', 'r2'])
})

test('a host that cannot be read, or does not answer, is named as one that may have a newer release', async () => {
  const world = await fleet()
  const [, b, c] = world.archives
  const unreadable = {
    name: 'a',
    archive: {
      ...world.archives[0]!.archive,
      read: () => Promise.reject(new DrayError('PATH_NOT_WRITABLE', '/srv/shop on a does not exist.')),
    },
  }
  const down = [new DrayError('HOST_UNREACHABLE', 'd does not answer.')]
  const resolve = (donors: readonly Donor[]) =>
    resolveJoin({ host: c!, donors, down, combine, desired: world.desired }, new AbortController().signal)
  const { desired } = await resolve([unreadable, b!])
  expect(desired.joins).toEqual({ release: 'r1', from: 'b' })
  expect(desired.notes).toEqual([
    'Whether another host has a newer release than r1 of b is unknown: d does not answer.',
    'Whether another host has a newer release than r1 of b is unknown: /srv/shop on a does not exist.',
  ])
  await expect(resolve([unreadable])).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})

test('two records of one number with other images have none to give', async () => {
  const world = await fleet()
  const [a, b] = world.hosts
  b!.releases = b!.releases.map((it) => ({ ...it, services: withImage(it.services, 'backend', 'v9') }))
  join(world, 2)
  expect(a!.releases).toHaveLength(1)
  expect(await world.failure()).toMatchObject({
    code: 'HOSTS_DIFFER',
    message: 'backend of release r1 has another image on a than on b.',
  })
})

test('a host with a newer release than the others does not get theirs', async () => {
  const world = await fleet()
  const [a, b] = world.hosts
  world.request = {
    hosts: [b!],
    resolveDesired: async () => ({ desired: world.desired, sites: [world.sites[1]!] }),
  }
  await world.deploy()
  join(world, 1)
  expect(await world.failure()).toMatchObject({
    code: 'HOSTS_DIFFER',
    exitCode: 3,
    message: 'b has r2, which is newer than r1 on a.',
    hint: 'To bring r2 to all hosts: `dray deploy ENVIRONMENT`. To return to r1 everywhere: `dray rollback ENVIRONMENT r1`.',
  })
  b!.releases = b!.releases.map((it) => (it.id === 'r2' ? { ...it, tag: 'v2' } : it))
  expect(await world.failure()).toMatchObject({
    hint: expect.stringContaining('To bring r2 to all hosts: `dray deploy ENVIRONMENT --tag v2`.') as string,
  })
  expect([a, b].map((host) => host!.releases.at(-1)?.id)).toEqual(['r1', 'r2'])
})

test('a host with a new role gets its services from one that runs them, too', async () => {
  const world = await fleet()
  const [a, , c] = world.hosts
  c!.services = ['backend']
  c!.releases = []
  for (const { id } of c!.containers.all) c!.containers.remove(id)
  c!.files.clear()
  world.movedTags.set('ghcr.io/acme/backend:v1', 'v9')
  join(world, 2)
  const plan = await world.deploy()
  expect(plan.joins).toEqual({ release: 'r1', from: 'a' })
  expect(c!.running).toMatch(/^backend:v1#backend-\d$/)
  expect(c!.releases.at(-1)).toMatchObject({ id: 'r1', elsewhere: ['nginx'] })
  expect(Object.keys(c!.releases.at(-1)?.services ?? {})).toEqual(['backend'])
  expect(a!.releases.at(-1)?.elsewhere).toBeUndefined()
})

test('a host finds no other one that runs all its services', async () => {
  const world = await fleet()
  for (const host of world.hosts.slice(0, 2)) host.services = ['backend']
  world.app = shop
  world.request = { hosts: world.hosts.slice(0, 2) }
  world.request = {
    ...world.request,
    resolveDesired: async () => ({ desired: world.desired, sites: world.sites.slice(0, 2) }),
  }
  await world.deploy()
  for (const services of [['backend', 'nginx'], ['nginx'], undefined]) {
    if (services === undefined) delete world.hosts[2]!.services
    else world.hosts[2]!.services = services
    join(world, 2)
    expect(await world.failure()).toMatchObject({
      code: 'NO_DONOR',
      message:
        'c is to run nginx, which no other host that answers runs in r2 (a, b), so their images and files are unknown.',
    })
  }
})

const roles = { a: ['backend', 'nginx'], w: ['worker'] }

/** Hosts with these roles that have r1 of an app of three services, and c, which has nothing. */
async function withRoles(own: readonly string[] | undefined): Promise<FakeWorld> {
  const app = fakeApp([fakeService('backend'), fakeService('worker'), fakeProxy()])
  const world = new FakeWorld(app, ['a', 'w', 'c'])
  const [a, w, c] = world.hosts
  Object.assign(a!, { services: roles.a })
  Object.assign(w!, { services: roles.w })
  if (own !== undefined) Object.assign(c!, { services: own })
  world.request = {
    hosts: [a!, w!],
    resolveDesired: async () => ({ desired: world.desired, sites: world.sites.slice(0, 2) }),
  }
  await world.deploy()
  join(world, 2)
  return world
}

test('a host gets its services from several others if none runs them all', async () => {
  for (const [own, elsewhere] of [
    [['backend', 'worker'], ['nginx']],
    [undefined, undefined],
  ] as const) {
    const world = await withRoles(own)
    const [a, w, c] = world.hosts
    world.movedTags.set('ghcr.io/acme/worker:v1', 'v9')
    const plan = await world.deploy()
    expect(plan).toMatchObject({ release: 'r1', joins: { release: 'r1', from: 'a, w' } })
    expect(c!.running).toContain('backend:v1#')
    expect(c!.running).toContain('worker:v1#')
    const [given] = c!.releases
    expect(given!.elsewhere).toEqual(elsewhere)
    expect(given!.services['backend']).toEqual(a!.releases[0]!.services['backend'])
    expect(given!.services['worker']).toEqual(w!.releases[0]!.services['worker'])
    expect(Object.keys(given!.services).sort()).toEqual(
      ['backend', 'nginx', 'worker'].filter((it) => own?.includes(it as 'worker') ?? true),
    )
    join(world, 2)
    expect((await world.deploy()).unchanged).toBe(true)
  }
})

test('a host that runs all services is preferred to several', async () => {
  const world = await withRoles(['worker'])
  expect((await world.plan()).joins).toEqual({ release: 'r1', from: 'w' })
})

test('records of different deploys are not combined, and the hosts are named', async () => {
  const world = await withRoles(['backend', 'worker'])
  const [, w] = world.hosts
  const [recorded] = w!.releases
  for (const [other, difference] of [
    [{ tag: 'v9' }, 'the tag is none and v9'],
    [{ commit: { id: 'abcdef0' } }, 'the commit is another one'],
    [{ restores: 'r0' }, 'a rollback put back another release'],
    [
      { files: { ...recorded!.files, 'docker-compose.yml': 'other' } },
      'docker-compose.yml has another content',
    ],
  ] as const) {
    w!.releases = [{ ...recorded!, ...other }]
    expect(await world.failure()).toMatchObject({
      code: 'HOSTS_DIFFER',
      exitCode: 3,
      message: `c needs services of a and of w, whose records of release r1 differ: ${difference}.`,
    })
  }
})

test('a host with a front gives nothing to one with another role, and is named', async () => {
  const world = await withRoles(['backend', 'worker'])
  const [a] = world.hosts
  const [recorded] = a!.releases
  const front = recorded!.services['nginx']!
  a!.releases = [{ ...recorded!, services: { ...recorded!.services, 'dray-front': front } }]
  expect(await world.failure()).toMatchObject({
    code: 'NO_DONOR',
    message:
      'c is to run backend, which only hosts with a front run in r1 (a), and a front is made for the services of its host.',
  })
})

test('a rollback takes a release that a host does not have from another one', async () => {
  const world = await fleet()
  await world.deploy()
  const [, b] = world.hosts
  b!.releases = b!.releases.filter(({ id }) => id !== 'r1')
  world.app = withTag(shop, 'v3')
  await world.rollback('r1')
  for (const host of world.hosts) expect(host.running).toContain('backend:v1')
  expect(world.hosts.map((host) => host.releases.at(-1)?.restores)).toEqual(['r1', 'r1', 'r1'])
})
