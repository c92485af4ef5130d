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
