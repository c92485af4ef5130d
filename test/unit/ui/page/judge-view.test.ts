import { describe, expect, test } from 'vitest'
import type { HostStatus, KnownHost, Verdict } from '../../../../src/operations/status/status.ts'
import { announcementOf, changesOf, judgeView, titleOf } from '../../../../src/ui/page/judge-view.ts'
import { STALE_MS, type EnvironmentView, type Overview } from '../../../../src/ui/page/model.ts'

const nowMs = 1_000_000
const present = { nowMs, isLost: false }

function known(verdict: KnownHost['verdict'], facts: Partial<KnownHost> = {}): KnownHost {
  return { host: 'a', verdict, services: [], drift: [], urls: [], fileSystems: [], ...facts }
}

function view(
  environment: string,
  verdict: Verdict,
  { hosts = [], ...facts }: Partial<EnvironmentView> & { hosts?: readonly HostStatus[] } = {},
): EnvironmentView {
  const status = { environment, verdict, hosts }
  return {
    environment,
    status,
    reading: [],
    lastKnown: {},
    lastAttempts: {},
    journalBytes: {},
    readAtMs: nowMs - 5_000,
    ...facts,
  }
}

const overview = (...environments: EnvironmentView[]): Overview => ({
  app: 'shop',
  mayWrite: false,
  nowMs,
  environments,
})

describe('a status that is no longer present', () => {
  const ok = view('production', 'ok')
  const old = view('test', 'ok', { readAtMs: nowMs - STALE_MS - 1 })

  test('is drawn as the last known: when dray does not answer, and when it has not read for a while', () => {
    expect(judgeView(ok, present)).toEqual({ mark: '✓', word: 'ok', tone: 'good' })
    const lastKnown = { mark: '?', word: 'last known ok', tone: 'quiet' }
    expect(judgeView(ok, { nowMs, isLost: true })).toEqual(lastKnown)
    expect(judgeView(old, present)).toEqual(lastKnown)
    expect(judgeView(ok, { nowMs: nowMs + STALE_MS, isLost: false })).toEqual(lastKnown)
  })

  test('is in the title of the page, and read aloud', () => {
    expect(titleOf(overview(ok), present)).toBe('✓ shop: production ok')
    expect(titleOf(overview(ok, old), present)).toBe('? shop: test not up to date')
    expect(titleOf(overview(ok), { nowMs, isLost: true })).toBe('? shop: production not up to date')
    expect(announcementOf(overview(ok, old), present)).toBe('production: ok. test: last known ok.')
  })

  test('of an environment whose configuration cannot be read has no age', () => {
    const broken = view('test', 'unknown', { readAtMs: undefined })
    expect(judgeView(broken, present)).toMatchObject({ word: 'unknown' })
  })
})

test('the title names the worst state', () => {
  expect(titleOf(undefined, present)).toBe('dray')
  const seen = overview(view('test', 'drifted'), view('production', 'unhealthy'), view('demo', 'ok'))
  expect(titleOf(seen, present)).toBe('✗ shop: production unhealthy')
})

test('the title names an outage first, whatever is not known, and is not well while something is read', () => {
  const out = view('production', 'unhealthy')
  const old = view('test', 'ok', { readAtMs: nowMs - STALE_MS - 1 })
  expect(titleOf(overview(view('staging', 'unknown'), out, old), present)).toBe(
    '✗ shop: production unhealthy',
  )
  const half = view('production', 'unknown', { hosts: [known('unhealthy'), { ...known('ok'), host: 'b' }] })
  expect(titleOf(overview(half), present)).toBe('✗ shop: production unhealthy')
  const reading = view('production', 'ok', { reading: ['a'] })
  expect(titleOf(overview(view('staging', 'ok'), reading), present)).toBe('… shop: reading production')
  expect(titleOf(overview(view('staging', 'drifted'), reading), present)).toBe('! shop: staging drifted')
})

test('an environment is not well before each of its hosts was read, and may be bad before', () => {
  const reading = { reading: ['b'] }
  expect(judgeView(view('production', 'ok', reading), present)).toMatchObject({ word: 'reading' })
  expect(judgeView(view('production', 'unhealthy', reading), present)).toMatchObject({ word: 'unhealthy' })
  expect(titleOf(overview(view('production', 'ok', reading)), present)).toBe('shop: dray')
})

test('an outage during a deploy is both', () => {
  const hosts = [known('unhealthy', { lock: {} })]
  expect(judgeView(view('production', 'unhealthy', { hosts }), present)).toMatchObject({
    mark: '✗',
    word: 'unhealthy, deploying',
  })
})

test('a task, a removal and a check that has not passed yet have words of their own', () => {
  const holder = { user: 'ann', machine: 'ci', sinceMs: 0 }
  const of = (lock: KnownHost['lock']): string =>
    judgeView(view('production', 'deploying', { hosts: [known('deploying', lock && { lock })] }), present)
      .word
  expect(of({ holder: { ...holder, task: 'nightly' } })).toBe('running a task')
  expect(of({ holder: { ...holder, removes: true } })).toBe('being removed')
  expect(of({})).toBe('deploying')
  const services = [{ health: 'starting' }] as unknown as KnownHost['services']
  expect(judgeView(view('production', 'ok', { hosts: [known('ok', { services })] }), present).word).toBe(
    'ok, starting',
  )
})

describe('there is something new to read', () => {
  const release = { id: 'r7', createdAtMs: 0, ageMs: 0, by: { user: 'ann', machine: 'ci' } }
  const hosts = [known('ok', { release })]
  const calm = view('production', 'ok', { hosts, journalBytes: { a: 100 } })

  test('after a deploy, also one that failed between two looks', () => {
    const later = { ...calm, readAtMs: nowMs }
    expect(changesOf(later)).toBe(changesOf(calm))
    expect(changesOf({ ...calm, journalBytes: { a: 900 } })).not.toBe(changesOf(calm))
  })

  test('with every look during a deploy, and once for the looks at several hosts', () => {
    const locked = view('production', 'deploying', { hosts: [known('deploying', { release, lock: {} })] })
    expect(changesOf({ ...locked, readAtMs: nowMs })).not.toBe(changesOf(locked))
    const [one, other] = [nowMs - (nowMs % 3_000), nowMs - (nowMs % 3_000) + 900]
    expect(changesOf({ ...locked, readAtMs: other })).toBe(changesOf({ ...locked, readAtMs: one }))
  })

  test('when all hosts are known, not before', () => {
    expect(changesOf({ ...calm, reading: ['b'] })).toBeUndefined()
    expect(changesOf(undefined)).toBeUndefined()
  })
})
