import { describe, expect, test } from 'vitest'
import { chooseSides } from '../../../../src/operations/diff/choose-sides.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const releases = [
  fakeRelease({ id: 'r9', tag: 'v1' }),
  fakeRelease({ id: 'r10', tag: 'v2' }),
  fakeRelease({ id: 'r11', tag: 'v1', restores: 'r9' }),
]

function sides(kept: readonly Release[], from?: string, to?: string): string {
  const now = releases[0]?.createdAtMs ?? 0
  const chosen = chooseSides({ releases: kept, wanted: [from, to], environment: 'test', now })
  return `${chosen.from.id} ${chosen.to === 'working-tree' ? 'tree' : chosen.to.id}`
}

describe('the compared sides:', () => {
  test.each<[string, [string?, string?], string]>([
    ['without a name, what runs and the working tree', [], 'r11 tree'],
    ['one release, and what runs', ['r10'], 'r10 r11'],
    ['two releases, in their order', ['r10', 'r9'], 'r10 r9'],
    ['numbers of releases', ['9', '10'], 'r9 r10'],
    ['tags, of which the newest release counts', ['v2', 'v1'], 'r10 r11'],
  ])('%s', (_what, names, expected) => {
    expect(sides(releases, ...names)).toBe(expected)
  })
})

test('a release that is not kept is refused, with those that are', () => {
  const problems = ['r10  v2  just now', 'r9   v1  just now, serving']
  const hint = 'Choose one of these, by release or tag: `dray diff test r10`'
  expect(() => sides(releases, 'r3')).toThrow(
    expect.objectContaining({ code: 'RELEASE_UNKNOWN', hint, details: { problems } }),
  )
})

test('where nothing was deployed there is nothing to compare with', () => {
  expect(() => sides([])).toThrow(expect.objectContaining({ code: 'NOT_DEPLOYED' }))
})
