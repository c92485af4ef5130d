import { expect, test } from 'vitest'
import type { DiskRules } from '../../../../src/deploy/model/disk/disk-rules.ts'
import { fakeApp, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import {
  fakeFileSystem,
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  GB,
} from '../../../support/fake-disk.ts'
import { planToText } from '../../../support/plan-to-text.ts'

const shop = fakeApp([fakeService('backend')])
const nameless = 'a'.repeat(64)

/** A host whose disk of 40 GB is so full, with some of everything on it, and v1 deployed; v2 is wanted. */
async function fullWorld(usedBytes: number, rules: Partial<DiskRules> = {}): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  await world.deploy()
  world.app = withTag(shop, 'v2')
  world.desired = { ...world.desired, disk: { ...world.desired.disk, ...rules } }
  world.host.disk.fileSystems = [fakeFileSystem({ usedBytes })]
  world.host.disk.content = fakeInventory({
    images: [fakeStoredImage('gone', { tags: [] }), fakeStoredImage('unused')],
    buildCache: { freeBytes: 2 * GB, busyBytes: 0 },
    containers: [fakeStoredContainer('left', { isUp: false })],
    volumes: [fakeVolume('data'), fakeVolume(nameless)],
  })
  world.takeLog()
  return world
}

/** The steps before the pull, and the warnings. */
async function guard(world: FakeWorld): Promise<string[]> {
  const lines = planToText(await world.plan()).split('\n')
  return lines.filter((line) => /^(free-disk|! The disk)/.test(line))
}

test('with enough disk space, Docker is not asked for its inventory', async () => {
  const world = await fullWorld(32 * GB)
  expect(await guard(world)).toEqual([])
  expect(world.host.disk.asked).toBe(0)
})

test('over the limit, room is made stage by stage until it is below', async () => {
  expect(await guard(await fullWorld(34 * GB))).toEqual([
    'free-disk dangling-images gone (the disk is 85 % full, above the limit of 80 %)',
    'free-disk build-cache build cache (the disk is 85 % full, above the limit of 80 %)',
  ])
})

test('takes all stages where needed, and reports when they are not enough', async () => {
  const cause = '(the disk is 95 % full, above the limit of 80 %)'
  expect(await guard(await fullWorld(38 * GB))).toEqual([
    `free-disk dangling-images gone ${cause}`,
    `free-disk build-cache build cache ${cause}`,
    `free-disk images unused:latest ${cause}`,
    `free-disk containers left ${cause}`,
    '! The disk of srv is 95 % full, and will be 85 % full after removing everything that may be removed. `dray disk test` shows what uses the space.',
  ])
})

test('the steps free the disk before the pull', async () => {
  const world = await fullWorld(38 * GB)
  world.host.images = [
    ...world.host.images,
    { id: 'unused', tags: ['unused:latest'], digests: [], sizeBytes: GB, createdAtMs: 0 },
  ]
  await world.deploy()
  expect(world.takeLog().slice(0, 3)).toEqual([
    'clear-build-cache',
    'remove-image unused:latest',
    'remove-idle id left',
  ])
})

test('an image that got a container or a name meanwhile stays', async () => {
  const world = await fullWorld(38 * GB)
  world.host.when('clear-build-cache', () => {
    const image = { digests: [], sizeBytes: GB, createdAtMs: 0 }
    world.host.images = [
      ...world.host.images,
      { ...image, id: 'unused', tags: ['unused:latest', 'unused:by-hand'] },
    ]
  })
  await world.deploy()
  expect(world.takeLog().join('\n')).not.toContain('remove-image unused')
})

test('a pull that does not fit frees disk space whatever the limit is', async () => {
  const world = await fullWorld(39.6 * GB, { limitPercent: 100 })
  expect(await guard(world)).toEqual([
    'free-disk dangling-images gone (the pull may take 4.0 MB, but only 400 MB is free)',
  ])
})

test('a pull that still does not fit is refused before any change, with the users of the disk space', async () => {
  const world = await fullWorld(40 * GB, { sweep: 'none' })
  const failure = await world.failure()
  expect(failure).toMatchObject({
    code: 'DISK_SHORT',
    exitCode: 3,
    message: 'The pull may take 4.0 MB on srv, but only 0 B is free on /.',
    details: {
      problems: [
        'everything else    34.0 GB  `sudo du -xh / | sort -h | tail`',
        'unused, removable   4.0 GB  run `dray clean`',
        'volumes             2.0 GB  your data; `disk.volumes: anonymous` allows removing anonymous ones',
      ],
    },
  })
  expect(world.takeLog()).toEqual([])
})

test('where nothing may be removed, a disk over the limit is fine as long as the pull fits', async () => {
  const world = await fullWorld(38 * GB, { sweep: 'none' })
  expect(await guard(world)).toEqual([])
  expect(world.host.disk.asked).toBe(0)
})

test('untagged images are removed once', async () => {
  const world = await fullWorld(34 * GB)
  const nameless = { id: 'gone', tags: [], digests: [], sizeBytes: GB, createdAtMs: 0 }
  world.host.images = [...world.host.images, nameless]
  expect(
    planToText(await world.plan())
      .split('\n')
      .slice(1, 3),
  ).toEqual([
    'prune-dangling (frees disk space before the pull)',
    'free-disk build-cache build cache (the disk is 85 % full, above the limit of 80 %)',
  ])
})

test('a deploy that pulls nothing frees no disk space, and neither does a rollback', async () => {
  const world = await fullWorld(32 * GB)
  await world.deploy()
  world.host.disk.fileSystems = [fakeFileSystem({ usedBytes: 39.9 * GB })]
  expect((await world.plan()).unchanged).toBe(true)
  expect(planToText(await world.planRollback())).not.toContain('free-disk')
  expect(world.host.disk.asked).toBe(0)
})

test('a disk that cannot be measured stops no deploy', async () => {
  const world = await fullWorld(0)
  world.host.disk.fileSystems = []
  expect(await guard(world)).toEqual([])
})

test('volumes without a name go where dray.yml says so, and the others never', async () => {
  const steps = await guard(await fullWorld(38 * GB, { anonymousVolumes: true }))
  expect(steps.at(-2)).toMatch(/^free-disk volumes aaaaaaaaaaaa \(anonymous\) /)
})

test('an aggressive sweep is refused while a volume with a name is in the way', async () => {
  const world = await fullWorld(38 * GB, { sweep: 'aggressive' })
  expect(await world.failure()).toMatchObject({
    code: 'DISK_SWEEP_REFUSED',
    exitCode: 3,
    message: 'The sweep of srv would delete volume data, which no container is using now.',
    hint: expect.stringContaining('expendable: [data]') as string,
  })
  expect(world.takeLog()).toEqual([])
  world.desired = { ...world.desired, disk: { ...world.desired.disk, expendable: ['data'] } }
  expect((await guard(world)).at(-1)).toMatch(/^free-disk volumes data, aaaaaaaaaaaa/)
})
