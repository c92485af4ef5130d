import { expect, test } from 'vitest'
import { resolveJoin } from '../../../../src/deploy/releases/join.ts'
import { withTag } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shop, shopAtV1 } from '../../../support/shop-world.ts'

/** `dray deploy ENVIRONMENT --only HOST`, for the host with this number. */
function join(world: FakeWorld, index: number): void {
  const host = world.archives[index]!
  const donors = world.archives.filter((it) => it !== host && it.name !== host.name)
  world.request = {
    hosts: [world.hosts[index]!],
    resolveDesired: (signal) => resolveJoin({ host, donors, desired: world.desired }, signal),
  }
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

test('hosts that run different releases have none to give', async () => {
  const world = await fleet()
  leaveOut(world, 1)
  await world.deploy()
  join(world, 2)
  expect(await world.failure()).toMatchObject({
    code: 'HOSTS_DIFFER',
    message: 'The other hosts run different releases: r2 on a, r1 on b.',
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
    hint: expect.stringContaining('`dray rollback ENVIRONMENT r1`') as string,
  })
  expect([a, b].map((host) => host!.releases.at(-1)?.id)).toEqual(['r1', 'r2'])
})

test('a host with a role of its own finds no other one with its services', async () => {
  const world = await fleet()
  world.hosts[2]!.services = ['backend']
  join(world, 2)
  expect(await world.failure()).toMatchObject({
    code: 'NO_DONOR',
    message:
      'No other host that answers runs the services of c (backend), so their images and files are unknown.',
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
