import { describe, expect, test } from 'vitest'
import { countFailures, lostOf, longestGapMs, noneFailed } from '../../reach/count-outcomes.ts'
import type { Outcome } from '../../support/load/load-report.ts'

function outcome(values: Partial<Outcome>): Outcome {
  const sentAtMs = values.sentAtMs ?? 0
  return {
    place: 0,
    method: 'GET',
    path: '/api/version',
    endedAtMs: sentAtMs + 5,
    reusedConnection: false,
    ...values,
    sentAtMs,
  }
}

const proxied = { reloading: new Set([0]) }

describe('what failed is counted by kind', () => {
  test.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['socket hang up', 'reset'],
    ['HTTP 404', 'notFound'],
    ['HTTP 502', 'badGateway'],
    ['HTTP 503', 'unavailable'],
    ['HTTP 504', 'gatewayTimeout'],
    ['timeout', 'timeout'],
    ['wrong answer', 'other'],
  ])('%s is %s', (reason, kind) => {
    const counts = countFailures([outcome({ reason }), outcome({})], proxied)
    expect(counts).toEqual({ ...noneFailed, [kind]: 1 })
    expect(lostOf(counts)).toBe(1)
  })
})

describe('a reset of a kept connection', () => {
  const reset = outcome({ reason: 'ECONNRESET', reusedConnection: true })

  test('at the moment it is used, by a proxy that reloads, is no loss', () => {
    const counts = countFailures([reset], proxied)
    expect(counts).toEqual({ ...noneFailed, clientReset: 1 })
    expect(lostOf(counts)).toBe(0)
  })

  test.each([
    ['in the middle of an answer', { ...reset, endedAtMs: 800 }, proxied],
    ['by the app itself', reset, { reloading: new Set<number>() }],
    ['through another proxy', { ...reset, place: 1 }, proxied],
    ['over a new connection', { ...reset, reusedConnection: false }, proxied],
  ])('%s is a loss', (_title, one, options) => {
    expect(lostOf(countFailures([one], options))).toBe(1)
  })
})

describe('the longest gap', () => {
  const every100Ms = Array.from({ length: 11 }, (_, index) => outcome({ sentAtMs: index * 100 }))

  test('is the time in which a place answered nothing well', () => {
    const outcomes = every100Ms.map((it) =>
      it.sentAtMs >= 300 && it.sentAtMs <= 700 ? { ...it, reason: 'HTTP 502' } : it,
    )
    expect(longestGapMs(outcomes, { places: 1, fromMs: 0, toMs: 1005 })).toBe(600)
  })

  test('is not hidden by another place that still answers, nor by a slow answer in its middle', () => {
    const down = [
      outcome({ sentAtMs: 0 }),
      outcome({ sentAtMs: 0, endedAtMs: 500, path: '/api/slow?ms=500' }),
    ]
    const well = every100Ms.map((it) => ({ ...it, place: 1 }))
    expect(longestGapMs([...down, ...well], { places: 2, fromMs: 0, toMs: 1005 })).toBe(1000)
  })
})
