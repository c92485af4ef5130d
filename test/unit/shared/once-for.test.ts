import { expect, test, vi } from 'vitest'
import { onceFor, onceForEqual } from '../../../src/shared/once-for.ts'

test('works out the same object once, also if the result is undefined', () => {
  const make = vi.fn((_: object) => undefined)
  const once = onceFor(make)
  const [a, b] = [{}, {}]
  for (const it of [a, b, a]) once(it)
  expect(make.mock.calls).toEqual([[a], [b]])
})

test('works out equal values once', () => {
  const once = onceForEqual((paths: readonly string[]) => ({ paths }))
  expect(once(['a'])).toBe(once(['a']))
  expect(once(['a'])).not.toBe(once(['a', 'b']))
})
