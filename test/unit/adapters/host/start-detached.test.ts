import { expect, test } from 'vitest'
import { startDetached } from '../../../../src/adapters/host/start-detached.ts'
import { systemClock } from '../../../../src/shared/clock.ts'

const guardMs = 60_000

test.each<[string, string, string[], boolean]>([
  ['a program that ends well', 'true', [], true],
  ['one that fails', 'sh', ['-c', 'exit 3'], false],
  ['one that is not there', 'no-such-program-here', [], false],
])('%s', async (_, program, args, hasBegun) => {
  expect(await startDetached(program, args, guardMs)).toBe(hasBegun)
})

test('one that continues is not waited for longer than the patience', async () => {
  const startedAtMs = systemClock.now()
  expect(await startDetached('sleep', ['2'], 50)).toBe(true)
  expect(systemClock.now() - startedAtMs).toBeLessThan(2_000)
})
