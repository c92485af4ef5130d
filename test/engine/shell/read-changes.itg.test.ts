import { expect, test } from 'vitest'
import { takeLock } from '../../../src/adapters/directory/lock/lock.ts'
import { createReleaseArchive } from '../../../src/adapters/directory/release-archive.ts'
import { LocalRunner } from '../../../src/adapters/host/local-runner.ts'
import { readHistory } from '../../../src/deploy/releases/history.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../support/fake-app.ts'
import { FakeWorld } from '../../support/fake-deploy.ts'
import { busyBoxShell } from '../../support/hosts/busybox-shell.ts'
import { temporaryApp } from '../../support/temporary-directory.ts'

const holder = { user: 'ann', machine: 'laptop', sinceMs: 0 }

test.each([
  ['the shell of this machine', () => Promise.resolve(new LocalRunner())],
  ['BusyBox, as Alpine has it', busyBoxShell],
])('`dray history` reads what a deploy changed from its journal alone, with %s', async (_, makeShell) => {
  const shop = fakeApp([fakeService('backend'), fakeProxy()])
  const world = new FakeWorld(shop)
  for (const tag of ['v1', 'v2']) {
    world.app = withTag(shop, tag)
    world.desired = { ...world.desired, tag }
    await world.deploy()
  }
  await using runner = await makeShell()
  const path = await temporaryApp()
  await using lock = await takeLock({ runner, path, holder, waitMs: 0, clock: systemClock })
  // No record of a release: the changes can come from nothing else.
  for (const entry of (await world.host.archive.read(20)).journal) lock.journal(entry)
  await lock.settled()

  const historyWith = async (steps: 'some' | 'all') =>
    readHistory(await createReleaseArchive({ runner, path, steps }).read(20), 20)
  const changes = {
    images: [{ service: 'backend', from: 'v1', to: 'v2' }],
    files: 1,
    variables: { added: 0, removed: 0, changed: 0 },
  }
  const [second, first] = await historyWith('some')
  expect(second).toMatchObject({
    release: 'r2',
    tag: 'v2',
    isArchived: false,
    changes,
    plan: [],
    samples: [],
  })
  expect(first).toMatchObject({ release: 'r1', tag: 'v1', changes: undefined })
  const [withSteps] = await historyWith('all')
  expect(withSteps).toMatchObject({ release: 'r2', changes })
  expect(withSteps?.plan.length).toBeGreaterThan(0)
})
