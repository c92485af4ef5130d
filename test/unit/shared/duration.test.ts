import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration, parseGoDuration } from '../../../src/shared/duration.ts'
import { cpuMsOf } from '../../support/cpu-time.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each(['', '30', 's', '1 m', '-1s', '1d', '1m30', '1s ', '1.s', '2562048h', `${'9'.repeat(400)}h`])(
  '%j is no duration',
  (text) => expect(parseDuration(text)).toBeUndefined(),
)

test.each([
  ['1.5ms', 1.5],
  ['250ns', 0.00025],
  ['3us', 0.003],
  ['432.5µs', 0.4325],
  ['432.5μs', 0.4325],
  ['1m30.5s', 90_500],
])('Go prints %s for %d milliseconds', (text, ms) => expect(parseGoDuration(text)).toBeCloseTo(ms, 6))

test.each(['', '30', '1 m', '-1s', '1d', '1s ', 'in 1s', '2562048h'])('%j is no duration of Go', (text) =>
  expect(parseGoDuration(text)).toBeUndefined(),
)

test('the parts of a duration add up', () => {
  const part = fc.nat(10_000)
  fc.assert(
    fc.property(part, part, (minutes, seconds) => {
      expect(parseDuration(`${minutes}m${seconds}s`)).toBe(minutes * 60_000 + seconds * 1000)
    }),
  )
})

test('a long text is judged soon', () => {
  const takenMs = cpuMsOf(() => {
    for (const part of ['1', '1.', '1m', '1.1', 'ms']) {
      parseDuration(part.repeat(50_000))
      parseGoDuration(part.repeat(50_000))
    }
  })
  expect(takenMs).toBeLessThan(2_000)
})
