import { expect, test } from 'vitest'
import { parseJson } from '../../../src/shared/parse-json.ts'

test('reads a text and its bytes alike', () => {
  const text = '{"name":"café"}'
  expect(parseJson(text)).toEqual({ name: 'café' })
  expect(parseJson(new TextEncoder().encode(text))).toEqual({ name: 'café' })
  expect(parseJson('null')).toBeNull()
})

test.each(['', '{', 'café', '{} {}'])('%j is not JSON', (text) => {
  expect(parseJson(text)).toBeUndefined()
  expect(parseJson(Buffer.from(text))).toBeUndefined()
})

test('a long text that is nested too deep is not parsed', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  const long = '"' + '[\\"'.repeat(100_000) + '"'
  expect(parseJson(nested(40_000))).toBeUndefined()
  expect(parseJson(`{"a":${nested(40_000)}}`)).toBeUndefined()
  expect(parseJson(`[${nested(200)},${long}]`)).toHaveLength(2)
})
