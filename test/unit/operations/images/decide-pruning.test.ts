import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../../../src/deploy/model/image-reference.ts'
import {
  decidePruning,
  type PruneInput,
  type PruneRules,
} from '../../../../src/operations/images/decide-pruning.ts'
import type { ManifestLinks } from '../../../../src/operations/images/package-version.ts'

const DAY = 86_400_000
const rules: PruneRules = { keepNewest: 1, minAgeMs: 7 * DAY, nowMs: 1000 * DAY }

const digestOf = (name: string): Digest => `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0')}`
const hexOf = (name: string): string => digestOf(name).slice('sha256:'.length)

type Told = { tags?: string[]; daysAgo?: number; children?: string[]; subject?: string; gone?: true }

/** Versions by a name of their own, 100 days old where nothing else is said. */
function facts(told: Record<string, Told>, users: Record<string, string> = {}): PruneInput {
  const entries = Object.entries(told)
  return {
    versions: entries.map(([name, { tags = [], daysAgo = 100 }], index) => ({
      id: index,
      digest: digestOf(name),
      tags,
      createdAtMs: rules.nowMs - daysAgo * DAY,
      changedAtMs: rules.nowMs - daysAgo * DAY,
    })),
    links: new Map(
      entries
        .filter(([, { gone }]) => gone === undefined)
        .map(([name, { children = [], subject }]): [Digest, ManifestLinks] => [
          digestOf(name),
          {
            children: children.map(digestOf),
            subject: subject === undefined ? undefined : digestOf(subject),
            sizeBytes: 1,
          },
        ]),
    ),
    users: new Map(
      Object.entries(users).map(([name, environment]) => [
        digestOf(name),
        [{ environment, release: 'r7 (v1)', isServing: true }],
      ]),
    ),
  }
}

const nameOf = (digest: string): string =>
  Buffer.from(digest.slice('sha256:'.length), 'hex').toString().replaceAll('\0', '')

function decide(it: PruneInput): { retained: Record<string, string>; removable: string[] } {
  const { retained, removable } = decidePruning(it, rules)
  return {
    retained: Object.fromEntries(retained.map(({ version, reason }) => [nameOf(version.digest), reason])),
    removable: removable.map(({ digest }) => nameOf(digest)),
  }
}

const newest = { newest: { tags: ['v9'], daysAgo: 8 } }

describe('stays:', () => {
  test('the images of a release, tagged or not', () => {
    expect(decide(facts({ ...newest, used: {} }, { used: 'production' })).retained).toMatchObject({
      used: 'running in production: r7 (v1)',
    })
  })

  test('`latest`, the newest tagged versions, and young ones', () => {
    const { retained, removable } = decide(
      facts({ ...newest, old: { tags: ['latest'] }, older: { tags: ['v1'] }, young: { daysAgo: 6.9 } }),
    )
    expect(retained).toEqual({
      newest: 'among the newest 1',
      old: 'tagged `latest`',
      young: 'too recent',
    })
    expect(removable).toEqual(['older'])
  })

  test('every part of a kept index, and the versions that refer to it, at any depth', () => {
    const { retained, removable } = decide(
      facts(
        {
          ...newest,
          index: { children: ['amd64', 'provenance', 'inner'] },
          amd64: {},
          provenance: {},
          inner: { children: ['deep'] },
          deep: {},
          signature: { subject: 'amd64' },
          attestation: { tags: [`sha256-${hexOf('index')}`], children: ['bundle'] },
          bundle: {},
          cosign: { tags: [`sha256-${hexOf('deep')}.sig`] },
          stray: { subject: 'nowhere' },
        },
        { index: 'test' },
      ),
    )
    expect(removable).toEqual(['stray'])
    expect(retained).toMatchObject({
      amd64: 'part of a version that stays',
      deep: 'part of a version that stays',
      signature: 'refers to a version that stays',
      bundle: 'part of a version that stays',
      cosign: 'refers to a version that stays',
    })
  })

  test('a part that an index which goes shares with one that stays', () => {
    const { retained, removable } = decide(
      facts({
        new: { tags: ['v2'], daysAgo: 8, children: ['base'] },
        old: { tags: ['v1'], children: ['base', 'own'] },
        base: {},
        own: {},
      }),
    )
    expect(Object.keys(retained)).toEqual(['new', 'base'])
    expect(removable).toEqual(['old', 'own'])
  })
})

describe('goes:', () => {
  test('an index before its parts, in whatever order GitHub lists them', () => {
    const { removable } = decide(
      facts({ ...newest, part: {}, other: {}, index: { children: ['part', 'other'] } }),
    )
    expect(removable).toEqual(['index', 'part', 'other'])
  })

  test('a version whose manifest is gone; it says nothing of any other', () => {
    expect(decide(facts({ ...newest, ghost: { tags: ['v0'], gone: true } })).removable).toEqual(['ghost'])
  })

  test('tags of signatures count as no version of the app', () => {
    const { removable } = decide(
      facts({ ...newest, dangling: { tags: [`sha256-${hexOf('x')}`], daysAgo: 7.5 } }),
    )
    expect(removable).toEqual(['dangling'])
  })
})

test('never deletes a part of a kept version, and decides all of a cycle', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const version = fc.record({
    daysAgo: fc.constantFrom(1, 30, 60),
    tags: fc.subarray(['v1', 'latest', `sha256-${hexOf('a')}`]),
    children: fc.subarray(names),
    subject: fc.option(fc.constantFrom(...names), { nil: undefined }),
  })
  fc.assert(
    fc.property(
      fc.record(Object.fromEntries(names.map((name) => [name, version]))),
      fc.subarray(names),
      (told, used) => {
        const given = facts(told, Object.fromEntries(used.map((name) => [name, 'test'])))
        const { retained, removable } = decide(given)
        expect([...Object.keys(retained), ...removable].sort()).toEqual(names)
        for (const name of removable) {
          expect(used).not.toContain(name)
          for (const parent of Object.keys(retained)) {
            expect(told[parent]?.children).not.toContain(name)
            expect(told[name]?.subject).not.toBe(parent)
          }
        }
      },
    ),
  )
})
