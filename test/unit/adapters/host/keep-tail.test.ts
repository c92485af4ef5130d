import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepTail } from '../../../../src/adapters/host/keep-tail.ts'

test('keeps at least the given number of characters of the end, and not many more', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 5 }), { maxLength: 60 }), fc.nat(20), (parts, size) => {
      const tail = keepTail<string>(size)
      for (const part of parts) tail.add(part)
      const [all, kept] = [parts.join(''), tail.parts().join('')]
      expect(all.endsWith(kept)).toBe(true)
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(size, all.length))
      expect(kept.length).toBeLessThanOrEqual(2 * size + 5)
    }),
  )
})

test('drops many short parts in linear time', () => {
  const tail = keepTail<string>(1_000_000)
  const start = process.cpuUsage()
  for (let count = 0; count < 4_000_000; count += 1) tail.add('y')
  expect(process.cpuUsage(start).user).toBeLessThan(10_000_000)
})
