import { expect, test } from 'vitest'
import { cleanHost, planCleaning } from '../../../../src/operations/disk/clean.ts'
import { renderCleaned } from '../../../../src/ui/render/results/render-cleaned.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { defaultDiskRules, type DiskRules } from '../../../../src/deploy/model/disk/disk-rules.ts'
import { FakeHost } from '../../../support/fake-host.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  GB,
} from '../../../support/fake-disk.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

/** A host with an archived release, and some unused things. */
function untidyHost(): FakeHost {
  const host = new FakeHost()
  const release = fakeRelease()
  const image = { digests: [], sizeBytes: GB, createdAtMs: 0 }
  host.releases = [release]
  host.images = [
    { ...image, id: 'unused', tags: ['unused:latest'] },
    { ...image, id: 'kept', tags: ['web:dray-shop-0123456789ab'] },
  ]
  host.disk.content = fakeInventory({
    images: [
      fakeStoredImage('unused'),
      fakeStoredImage('kept', {
        tags: ['web:dray-shop-0123456789ab'],
        digests: [release.services['web']?.image ?? ''],
      }),
    ],
    containers: [fakeStoredContainer('left', { isUp: false })],
    volumes: [fakeVolume('data')],
  })
  return host
}

const request = (rules: Partial<DiskRules> = {}) => ({
  app: 'shop',
  rules: { ...defaultDiskRules, ...rules },
  holder: { user: 'ann', machine: 'laptop', sinceMs: 0 },
  waitMs: 0,
  signal: new AbortController().signal,
})
const names = (things: readonly { name: string }[]): string[] => things.map(({ name }) => name)

test('unused images and containers are removed; archived releases and volumes stay', async () => {
  const host = untidyHost()
  const { removed, retained } = (await cleanHost(host, request())).cleaned
  expect(names(removed)).toEqual(['unused:latest', 'left'])
  expect(retained.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    'web:dray-shop-0123456789ab: release r7',
    'data: named volume, never removed',
  ])
  expect(names(host.images.map(({ id }) => ({ name: id })))).toEqual(['kept'])
  expect(host.journal).toMatchObject([
    {
      event: 'disk.cleaned',
      release: 'r7',
      by: { user: 'ann' },
      removed: ['images: unused:latest', 'containers: left'],
    },
  ])
  expect(host.holder).toBeUndefined()
})

test('a dry run lists the same, takes no lock and changes nothing', async () => {
  const host = untidyHost()
  host.holder = { user: 'mona', machine: 'ci', sinceMs: 0 }
  expect(names((await planCleaning(host, request())).removed)).toEqual(['unused:latest', 'left'])
  expect(host.log).toEqual([])
})

test('while a deploy of the app is at work nothing is cleaned', async () => {
  const host = untidyHost()
  host.holder = { user: 'mona', machine: 'ci', sinceMs: 0 }
  await expect(cleanHost(host, request())).rejects.toMatchObject({ code: 'LOCK_HELD' })
  expect(host.log).toEqual([])
})

test('an image in use again stays, and is reported', async () => {
  const host = untidyHost()
  host.images = host.images.map((image) => ({ ...image, tags: [...image.tags, 'by-hand:1'] }))
  const { removed, retained } = (await cleanHost(host, request())).cleaned
  expect(names(removed)).toEqual(['left'])
  expect(retained[0]).toMatchObject({ name: 'unused:latest', reason: 'in use again, according to Docker' })
})

test('an aggressive sweep is refused with nothing touched, while a volume with a name is in the way', async () => {
  const host = untidyHost()
  await expect(cleanHost(host, request({ sweep: 'aggressive' }))).rejects.toMatchObject({
    code: 'DISK_SWEEP_REFUSED',
  })
  expect(host.log).toEqual([])
  const { cleaned } = await cleanHost(host, request({ sweep: 'aggressive', expendable: ['data'] }))
  expect(names(cleaned.removed)).toContain('data')
})

test('what was removed before the Engine failed is reported, and is in the journal', async () => {
  const host = untidyHost()
  host.failWhen('remove-idle id left')
  const { cleaned, failures } = await cleanHost(host, request())
  expect([names(cleaned.removed), cleaned.isIncomplete]).toEqual([['unused:latest'], true])
  expect(failures).toMatchObject([{ code: 'DOCKER_FAILED', message: 'No remove-idle id left today.' }])
  expect(cleaned.retained).toContainEqual(
    expect.objectContaining({ name: 'left', reason: 'the clean-up ended early' }),
  )
  expect(host.journal).toMatchObject([{ event: 'disk.cleaned', removed: ['images: unused:latest'] }])
})

test('of images, those that are gone are reported, and not one that kept a name', async () => {
  const host = untidyHost()
  const image = { digests: [], sizeBytes: GB, createdAtMs: 0 }
  host.images = [
    { ...image, id: 'unused', tags: ['unused:latest'] },
    { ...image, id: 'stuck', tags: ['stuck:1', 'stuck:2'] },
  ]
  host.disk.content = fakeInventory({
    images: [fakeStoredImage('unused'), fakeStoredImage('stuck', { tags: ['stuck:1', 'stuck:2'] })],
  })
  host.failWhen('remove-image stuck:2')
  const { cleaned, failures } = await cleanHost(host, request())
  expect(names(cleaned.removed)).toEqual(['unused:latest'])
  expect(failures).toMatchObject([{ code: 'DOCKER_FAILED' }])
})

test('of containers that are removed side by side, those that were are reported', async () => {
  const host = untidyHost()
  host.disk.content = fakeInventory({
    containers: ['one', 'two'].map((id) => fakeStoredContainer(id, { isUp: false })),
  })
  host.failWhen('remove-idle id one')
  const { cleaned } = await cleanHost(host, request())
  expect(names(cleaned.removed)).toEqual(['two'])
  expect(
    renderCleaned(
      cleaned,
      { isDryRun: false },
      createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false }),
    ),
  ).toMatch(/^srv: freed about 1\.0 MB, then the clean-up ended early\.\n\nRemoved:\n +container +two /)
})
