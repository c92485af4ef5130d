import { expect, test } from 'vitest'
import { defaultDiskRules, type DiskRules } from '../../../../../src/deploy/model/disk/disk-rules.ts'
import type { DiskInventory } from '../../../../../src/deploy/model/disk/inventory.ts'
import { judgeDisk } from '../../../../../src/deploy/plan/disk/judge-disk.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  TAKEN_AT_MS,
} from '../../../../support/fake-disk.ts'

const HOUR_MS = 3_600_000
const kept = `ghcr.io/acme/backend@sha256:${'1'.repeat(64)}`
const nameless = 'a'.repeat(64)
const needed = { project: 'shop', images: new Map([[kept, 'release r7']]) }
const aggressive: Partial<DiskRules> = { sweep: 'aggressive' }

/** `NAME goes: why` for each thing. */
function judge(facts: Partial<DiskInventory>, rules: Partial<DiskRules> = {}): string[] {
  return judgeDisk(fakeInventory(facts), needed, { ...defaultDiskRules, ...rules }).map(
    ({ name, mayGo, reason }) => `${name} ${mayGo ? 'goes' : 'stays'}: ${reason}`,
  )
}

const since = (hours: number): number => TAKEN_AT_MS - hours * HOUR_MS

test.each<[string, Parameters<typeof fakeStoredImage>[1], string]>([
  ['without a use goes', {}, 'x:latest goes: not used by a container or an archived release'],
  ['without a name goes', { tags: [] }, 'x goes: no longer tagged'],
  ['of a kept release stays, whatever its tags', { tags: [], digests: [kept] }, 'release r7'],
  ['that a stopped container has stays', { id: 'used' }, 'stays: used by container by-hand'],
  [
    'kept for another app stays',
    { tags: ['backend:dray-blog-0123456789ab'] },
    'stays: needed by another app (blog)',
  ],
  [
    'kept for this app by a deploy that failed goes, however new it is',
    { tags: ['backend:dray-shop-0123456789ab'], touchedAtMs: TAKEN_AT_MS },
    'goes: no longer needed by an archived release',
  ],
  [
    'so kept that containerd lists by its digest as well goes',
    { tags: [`b@sha256:${'2'.repeat(64)}`, 'b:dray-shop-0123456789ab'], touchedAtMs: TAKEN_AT_MS },
    'b:dray-shop-0123456789ab goes: no longer needed by an archived release',
  ],
  [
    'that somebody pulled by its digest a while ago stays',
    {
      tags: [`b@sha256:${'2'.repeat(64)}`],
      digests: [`b@sha256:${'2'.repeat(64)}`],
      touchedAtMs: since(0.9),
    },
    'b@sha256:222222222222 stays: pulled, built or tagged 54 minutes ago',
  ],
  [
    'that somebody pulled a while ago stays',
    { touchedAtMs: since(0.9) },
    'stays: pulled, built or tagged 54 minutes ago',
  ],
  ['that was pulled an hour ago goes', { touchedAtMs: since(1) }, 'x:latest goes'],
])('an image %s', (_what, facts, expected) => {
  const containers = [fakeStoredContainer('by-hand', { imageId: 'used', isUp: false })]
  expect(judge({ images: [fakeStoredImage('x', facts)], containers })[0]).toContain(expected)
})

test.each<[string, Parameters<typeof fakeStoredContainer>[1], Partial<DiskRules>, string]>([
  ['that runs stays', {}, aggressive, 'c stays: running'],
  ['stopped for days goes', { isUp: false }, {}, 'c goes: stopped 10 days ago'],
  [
    'stopped today stays',
    { isUp: false, idleSinceMs: since(23) },
    {},
    'stays: stopped 23 hours ago: too recent',
  ],
  [
    'stopped today goes in an aggressive sweep',
    { isUp: false, idleSinceMs: since(23) },
    aggressive,
    'c goes: stopped 23 hours ago',
  ],
  [
    'of another app stays even then',
    { isUp: false, project: 'blog' },
    aggressive,
    'c stays: belongs to another app (blog)',
  ],
  ['of this app goes', { isUp: false, project: 'shop' }, {}, 'c goes'],
  ['with a volume stays', { isUp: false, volumes: [nameless] }, {}, 'c stays: uses volume aaaaaaaaaaaa'],
])('a container %s', (_what, facts, rules, expected) => {
  expect(judge({ containers: [fakeStoredContainer('c', facts)] }, rules)[0]).toContain(expected)
})

const stopped = fakeStoredContainer('db', { isUp: false, volumes: ['data'] })

test.each<[string, string, Partial<DiskInventory>, Partial<DiskRules>, string]>([
  ['with a name stays', 'data', {}, { anonymousVolumes: true }, 'stays: named volume, never removed'],
  ['without one stays', nameless, {}, {}, 'stays: unused, but removing volumes is not enabled'],
  ['without one goes where that is told', nameless, {}, { anonymousVolumes: true }, '(anonymous) goes'],
  [
    'with a name blocks an aggressive sweep',
    'data',
    {},
    aggressive,
    'stays: unused, but named and not in `disk.expendable`',
  ],
  [
    'that dray.yml names goes in one',
    'data',
    {},
    { ...aggressive, expendable: ['data'] },
    'goes: unused, and listed in `disk.expendable`',
  ],
  [
    'of a container that stays stays',
    'data',
    { containers: [{ ...stopped, isUp: true }] },
    { ...aggressive, expendable: ['data'] },
    'stays: used by container db',
  ],
  [
    'of a container that an aggressive sweep removes counts as unused',
    'data',
    { containers: [stopped] },
    aggressive,
    'stays: unused, but named and not in `disk.expendable`',
  ],
])('a volume %s', (_what, name, facts, rules, expected) => {
  expect(judge({ volumes: [fakeVolume(name)], ...facts }, rules).at(-1)).toContain(expected)
})

test.each<[string, { project?: string; createdAtMs?: number; user?: string }, string]>([
  ['that nothing is in goes', {}, 'n goes: no container connected, created 10 days ago'],
  ['of another app stays', { project: 'blog' }, 'n stays: belongs to another app (blog)'],
  ['of today stays', { createdAtMs: since(3) }, 'n stays: created 3 hours ago: too recent'],
  ['that a stopped container is in stays', { user: 'n' }, 'n stays: container c is connected'],
])('a network %s', (_what, { user, ...facts }, expected) => {
  const network = { id: 'n', name: 'n', project: undefined, createdAtMs: since(240), ...facts }
  const containers =
    user === undefined ? [] : [fakeStoredContainer('c', { isUp: false, networks: [user], volumes: ['v'] })]
  expect(judge({ networks: [network], containers }).at(-1)).toBe(expected)
})

test('the build cache is removed, except for parts in use', () => {
  expect(judge({ buildCache: { freeBytes: 1, busyBytes: 2 } })).toEqual([
    'build cache goes: builds can recreate it',
    'build cache stays: a build is using it',
  ])
})
