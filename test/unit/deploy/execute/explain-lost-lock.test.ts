import { expect, test } from 'vitest'
import {
  explainLostLock,
  type FoundAfterLoss,
  type LostDeploy,
} from '../../../../src/deploy/execute/explain-lost-lock.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'

const ann = { user: 'ann', machine: 'laptop' }
const bob = { user: 'bob', machine: 'tower' }
const lost: LostDeploy = {
  environment: 'test',
  by: ann,
  tag: 'v2',
  plan: { release: 'r4', replaces: 'r3' },
  plannedAtMs: 60_000,
}
const release = (id: string, facts: Partial<Release> = {}): Release =>
  ({ id, tag: 'v1', by: ann, createdAtMs: 120_000, ...facts }) as Release
const explain = (facts: Partial<FoundAfterLoss>): string =>
  explainLostLock([{ host: 'srv1', nowMs: 300_000, release: release('r3'), lock: undefined, ...facts }], lost)
const again = 'Run the same command again: it checks what was done and completes it.'

test('names another holder of the lock, and does not propose the same command', () => {
  const hint = explain({ lock: { holder: { ...bob, sinceMs: 90_000 } } })
  expect(hint).toBe(
    'bob on tower has been deploying this app to srv1 since 1970-01-01T00:01:30.000Z. Wait until it ends, then look at `dray status test` before you deploy again.',
  )
  expect(explain({ lock: { holder: undefined } })).toMatch(/^Another deploy or task of this app is running/)
})

test.each([
  ['the next release', release('r4', { tag: 'v3', by: bob }), 'bob on tower deployed r4 (v3) to srv1'],
  [
    'the next release of the same person',
    release('r4', { tag: 'v3' }),
    'ann on laptop deployed r4 (v3) to srv1',
  ],
  ['a later release', release('r5', { tag: 'v2' }), 'ann on laptop deployed r5 (v2) to srv1'],
])('names %s that was deployed meanwhile', (_what, newest, said) => {
  expect(explain({ release: newest })).toBe(
    `${said} 3 minutes ago. The same command would replace it: look at \`dray history test\` first.`,
  )
})

test('proposes the same command if nothing else was deployed', () => {
  expect(explain({})).toBe(`No other release was deployed meanwhile. ${again}`)
  expect(explainLostLock([{ host: 'a', nowMs: 0, release: undefined, lock: undefined }], lost)).toContain(
    again,
  )
})

test('a host that was left out of the last release has no news', () => {
  const left = { host: 'b', nowMs: 300_000, release: release('r2'), lock: undefined }
  const first = { host: 'a', nowMs: 300_000, release: release('r3'), lock: undefined }
  expect(explainLostLock([first, left], lost)).toBe(`No other release was deployed meanwhile. ${again}`)
})

test('proposes it too while the lost lock is still held, and after its own record', () => {
  expect(explain({ lock: { holder: { ...ann, sinceMs: 50_000 } } })).toContain(again)
  expect(explain({ release: release('r4', { tag: 'v2' }) })).toBe(
    `Release r4 of this deploy is recorded. ${again}`,
  )
})
