import { expect, test } from 'vitest'
import { findSingleAddresses } from '../../../src/shared/find-single-addresses.ts'

const at = (...published: string[]) =>
  findSingleAddresses(
    published.map((it) => {
      const [address = '', port = ''] = it.split('|')
      return { address, port }
    }),
  )

test('a port that is published on one address has it', () => {
  expect(at('10.0.0.5|80', '::1|81')).toEqual({ 80: '10.0.0.5', 81: '::1' })
})

test('the first of several addresses counts', () => {
  expect(at('10.0.0.5|80', '10.0.0.6|80')).toEqual({ 80: '10.0.0.5' })
})

test.each([[['|80']], [['0.0.0.0|80', '::|80']], [['10.0.0.5|80', '0.0.0.0|80']]])(
  'a port that is published on every address has none: %j',
  (published) => {
    expect(at(...published)).toEqual({})
  },
)
