import { expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])

/** A world where so many releases of the shop were deployed, v1, v2, …; the registry does not answer any more. */
async function shopAt(count: number, facts: Partial<FakeWorld['desired']> = {}): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  world.desired = { ...world.desired, ...facts }
  for (let version = 1; version <= count; version += 1) await deployVersion(world, version)
  world.registryDown = true
  world.takeLog()
  return world
}

async function deployVersion(world: FakeWorld, version: number): Promise<void> {
  world.app = withTag(shop, `v${version}`)
  world.desired = { ...world.desired, tag: `v${version}` }
  world.files = { 'nginx/conf.d/app.conf': `server { listen ${version}; }` }
  await world.deploy()
}

test('a rollback rolls the same services as a deploy, runs no task and pulls nothing', async () => {
  const tasks = [
    { name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'], when: 'before' as const },
  ]
  const world = await shopAt(2, { tasks })
  expect(planToText(await world.planRollback())).toMatchInlineSnapshot(`
    "r3
    place-files docker-compose.yml docker-compose.override.yml nginx/conf.d/app.conf (3 of 3 files differ)
    test-proxy nginx: nginx -t (before anything is started)
    start-beside backend 1+1 (new image)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change; nginx/conf.d/app.conf changed)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-2 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r3 (archived releases for rollback: 2)
    remove-old backend-2 (the new release is recorded)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left nginx (same image and configuration)"
  `)
})

test('it goes to the release before, with its files, and records whose release it is again', async () => {
  const world = await shopAt(3)
  const plan = await world.rollback()
  expect(plan).toMatchObject({ release: 'r4', restores: { release: 'r2', tag: 'v2' } })
  expect(world.host.running).toContain('backend:v2')
  expect(world.host.files.get('nginx/conf.d/app.conf')).toBe('server { listen 2; }')
  expect(world.host.releases.at(-1)).toMatchObject({ id: 'r4', restores: 'r2', follows: 'r3', tag: 'v2' })
  expect(world.host.journal.filter(({ event }) => event === 'deploy.started').at(-1)).toMatchObject({
    release: 'r4',
    restores: 'r2',
    by: { user: 'ann' },
  })
})

test('twice goes further back, a third time is refused, and forward goes by name', async () => {
  const world = await shopAt(3)
  await world.rollback()
  expect(await world.rollback()).toMatchObject({ release: 'r5', restores: { release: 'r1' } })
  expect(await world.failure(() => world.rollback())).toMatchObject({ code: 'RELEASE_NONE_EARLIER' })
  expect(await world.rollback('v3')).toMatchObject({ release: 'r6', restores: { release: 'r3' } })
  expect(world.host.running).toContain('backend:v3')
})

test('a rollback after a rollback and a release returns to the release before', async () => {
  const world = await shopAt(3)
  await world.rollback()
  world.registryDown = false
  await deployVersion(world, 4)
  expect(await world.planRollback()).toMatchObject({ restores: { release: 'r2' } })
})

test('to the release that serves there is nothing to do', async () => {
  const world = await shopAt(2)
  expect(await world.rollback('r2')).toMatchObject({ unchanged: true, release: 'r2' })
  await world.rollback()
  expect(await world.rollback('r1')).toMatchObject({ unchanged: true, release: 'r3' })
})

test('a failed release is no target, and its task is reported', async () => {
  const world = await shopAt(1)
  world.registryDown = false
  world.desired = {
    ...world.desired,
    tasks: [{ name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'], when: 'before' }],
  }
  await deployVersion(world, 2)
  world.host.taskExitCode = 1
  await expect(deployVersion(world, 3)).rejects.toThrow('Task migrate')
  const plan = await world.planRollback()
  expect(plan).toMatchObject({ release: 'r4', restores: { release: 'r1' } })
  expect(plan.notUndone?.[0]).toBe('task migrate ran since then, for r2, r3; its changes stay')
})

test('reports names added to and removed from .env, never a value', async () => {
  const world = await shopAt(2)
  world.host.envFile = { ...world.host.envFile, variables: ['SESSION_KEY', 'SENTRY_DSN'] }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; since r1 it gained SESSION_KEY, SENTRY_DSN and lost DATABASE_URL',
  ])
})

test('an image that is gone is pulled again, which the plan says', async () => {
  const world = await shopAt(2)
  world.host.images = world.host.images.filter(({ id }) => id !== 'id backend:v1')
  world.registryDown = false
  expect(planToText(await world.planRollback())).toContain(
    'pull-image backend:v1 for backend (no longer on the host, and r1 needs it)',
  )
  await world.rollback()
  expect(world.host.running).toContain('backend:v1')
})

test('where the registry does not answer either, nothing is touched', async () => {
  const world = await shopAt(2)
  world.host.images = world.host.images.filter(({ id }) => id !== 'id backend:v1')
  expect(await world.failure(() => world.rollback())).toMatchObject({
    code: 'RELEASE_IMAGE_GONE',
    exitCode: 3,
    message:
      'Release r1 needs ghcr.io/acme/backend:v1, which is no longer on srv and cannot be pulled: No registry today.',
  })
  expect(world.takeLog()).toEqual([])
})

test('an image that lost its tag gets it back before untagged images are pruned', async () => {
  const world = await shopAt(2)
  world.host.images = world.host.images.map((it) => (it.id === 'id backend:v1' ? { ...it, tags: [] } : it))
  const [first] = (await world.rollback()).steps
  expect(first).toMatchObject({ kind: 'keep-image', cause: 'its dray tag is missing' })
  expect(world.takeLog()[0]).toBe('tag backend:v1')
})

test('services that count as own only for their tag are rolled, too', async () => {
  const world = await shopAt(2, { ownRepositories: [] })
  expect(planToText(await world.planRollback())).toContain('start-beside backend 1+1')
})

test('settings of services that the release did not have are ignored', async () => {
  const world = await shopAt(2)
  world.desired = { ...world.desired, rollout: { worker: 'recreate' }, proxyService: 'gateway' }
  expect(await world.planRollback()).toMatchObject({ restores: { release: 'r1' } })
})

test('rolling back takes no place from older releases', async () => {
  const world = await shopAt(3, { keep: 3 })
  for (const release of ['r2', 'r1', 'r3', 'r2', 'r3']) await world.rollback(release)
  expect(world.host.releases.map(({ id, restores }) => restores ?? id)).toEqual([
    'r1',
    'r2',
    'r3',
    'r1',
    'r2',
    'r3',
  ])
  expect(world.host.images.map(({ id }) => id).filter((id) => id.includes('backend'))).toHaveLength(3)
})

test('the release that served is kept longer than the one rolled back from', async () => {
  const world = await shopAt(3, { keep: 2 })
  await world.rollback()
  world.registryDown = false
  await deployVersion(world, 4)
  expect(world.host.releases.map(({ id }) => id)).toEqual(['r2', 'r4', 'r5'])
})

test('a host that was left out does not decide which release was before, nor hide a task', async () => {
  const world = new FakeWorld(shop, ['b', 'a'])
  for (const version of [1, 2]) await deployVersion(world, version)
  const [b, a] = world.hosts
  const tasks = [
    { name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'], when: 'before' as const },
  ]
  world.desired = { ...world.desired, tasks }
  world.request = {
    hosts: [a!],
    resolveDesired: async () => ({
      desired: { ...world.desired, leftOut: ['b'] },
      sites: world.sites.slice(1),
    }),
  }
  await deployVersion(world, 3)
  world.request = {}
  expect([b, a].map((host) => host!.releases.at(-1)?.id)).toEqual(['r2', 'r3'])
  const plan = await world.planRollback()
  expect(plan.restores).toEqual({ release: 'r2', tag: 'v2' })
  expect(plan.notUndone).toContainEqual(expect.stringContaining('migrate'))
})

test.each([
  ['a', 'b'],
  ['b', 'a'],
])(
  'a host that was left out of a release in between decides nothing, in the order %s, %s',
  async (...names) => {
    const world = new FakeWorld(shop, names)
    world.desired = { ...world.desired, keep: 3 }
    for (const version of [1, 2, 3]) await deployVersion(world, version)
    const index = names.indexOf('a')
    world.request = {
      hosts: [world.hosts[index]!],
      resolveDesired: async () => ({ desired: world.desired, sites: [world.sites[index]!] }),
    }
    await deployVersion(world, 4)
    world.request = {}
    await deployVersion(world, 5)
    // Both archives are full.
    expect(new Set(world.hosts.map(({ releases }) => releases.length)).size).toBe(1)
    const plan = await world.planRollback()
    expect(plan.restores).toEqual({ release: 'r4', tag: 'v4' })
  },
)

test('on several hosts all go back to the same release', async () => {
  const world = new FakeWorld(shop, ['a', 'b'])
  await deployVersion(world, 1)
  await deployVersion(world, 2)
  await world.rollback()
  expect(world.hosts.map((host) => host.running.includes('backend:v1'))).toEqual([true, true])
  const [, b] = world.hosts
  b!.releases = b!.releases.filter(({ id }) => id !== 'r2')
  b!.services = ['backend']
  expect(await world.failure(() => world.rollback('r2'))).toMatchObject({
    code: 'RELEASE_UNKNOWN',
    message: 'Release r2 is not archived on b, nor on another host with its services.',
  })
})
