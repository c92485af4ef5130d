import { expect, test } from 'vitest'
import type { Environment } from '../../../src/config/deploy-config.ts'
import { mapNonEmpty } from '../../../src/shared/non-empty.ts'

test('every item is changed, in its order, and the first is there without a check', () => {
  const lengths = mapNonEmpty(['a', 'bb', 'ccc'], (it) => it.length)
  const [first] = lengths
  expect(first.toFixed(1)).toBe('1.0')
  expect(lengths).toEqual([1, 2, 3])
})

test('an environment without a host does not compile', () => {
  // @ts-expect-error it has at least one
  const none: Environment['hosts'] = []
  expect(none).toHaveLength(0)
})
