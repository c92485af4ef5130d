import { expect, test } from 'vitest'
import { overlaps, parseIpRange } from '../../../src/shared/ip-range.ts'

test.each([
  ['172.20.0.0/16', '172.20.5.0/24', true],
  ['172.20.0.0/16', '172.21.0.0/16', false],
  ['10.0.0.7/8', '10.255.255.255', true],
  ['0.0.0.0/0', '192.168.1.1', true],
  ['fd00::/64', 'fd00::1:2', true],
  ['fd00:0:0:1::/64', 'fd00::/64', false],
  ['::/0', '10.0.0.1', false],
])('%s and %s: %s', (a, b, isSame) => {
  const [first, second] = [parseIpRange(a)!, parseIpRange(b)!]
  expect(overlaps(first, second)).toBe(isSame)
  expect(overlaps(second, first)).toBe(isSame)
})

test.each([
  '',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.0/33',
  '1:2:3',
  'fd00::1::2',
  '1:2:3:4:5:6:7:8:9',
  'fd00::/129',
])('%j is no range', (text) => expect(parseIpRange(text)).toBeUndefined())
