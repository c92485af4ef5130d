import { expect, test } from 'vitest'
import { parseRetryAfter } from '../../../../src/adapters/registry/retry-after.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

test.each<[string | null, string, number | undefined]>([
  ['3', '', 3000],
  ['0', '', 0],
  ['Mon, 23 Nov 2026 10:00:05 GMT', '', 5000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', '', 0],
  ['soon', '', undefined],
  [null, 'toomanyrequests: retry-after: 0.88ms, allowed: 44000/minute', 0.88],
  [null, 'retry-after: 432.5µs, allowed: 2000/minute', 0.4325],
  [null, 'retry-after: 1m30.5s', 90_500],
  [null, 'slow down', undefined],
])('header %j and text %j ask for a wait of %j ms', (header, text, waitMs) => {
  const found = parseRetryAfter(header, text, NOW)
  if (waitMs === undefined) expect(found).toBeUndefined()
  else expect(found).toBeCloseTo(waitMs, 6)
})
