import { describe, expect, test } from 'vitest'
import { assertVariableName, renderVariable } from '../../../../src/operations/env/render-variable.ts'
import type { DrayError } from '../../../../src/errors/dray-error.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'

test.each([
  ['', 'K=\n'],
  ['postgres://shop:pw@db/shop', 'K=postgres://shop:pw@db/shop\n'],
  ['two words', "K='two words'\n"],
  ['$HOME # "x"', `K='$HOME # "x"'\n`],
  ['a\nb\n', "K='a\nb\n'\n"],
  ["it's $1", `K="it's \\$1"\n`],
  ['C:\\', 'K="C:\\\\"\n'],
  ['a\r\nb', 'K="a\\r\nb"\n'],
])('%j is written as %j', (value, lines) => {
  expect(renderVariable('K', new Secret(value))).toBe(lines)
})

test('a zero byte is refused', () => {
  expect(() => renderVariable('K', new Secret('a\0b'))).toThrow(/zero byte/)
})

describe('the name of a variable', () => {
  const failureOf = (name: string): DrayError => {
    try {
      assertVariableName(name)
    } catch (error) {
      return error as DrayError
    }
    throw new Error(`${name} passed`)
  }

  test('with a value after it is refused, and the value is not repeated', () => {
    const { code, message, hint } = failureOf('API_KEY=hunter2')
    expect(code).toBe('USAGE')
    expect(message).toBe('The value of API_KEY must not be given on the command line.')
    expect(message + hint).not.toContain('hunter2')
  })

  test.each(['1A', 'A-B', 'A.B', 'A B', '', '-n'])('%j is refused', (name) => {
    expect(failureOf(name).code).toBe('USAGE')
  })
})
