import { expect, test } from 'vitest'
import { parseChallenge, tokenScope } from '../../../../src/adapters/registry/auth-challenge.ts'

test("GHCR's challenge is read", () => {
  const header = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/shop:pull"'
  expect(parseChallenge(header)).toEqual({
    scheme: 'bearer',
    realm: 'https://ghcr.io/token',
    service: 'ghcr.io',
    scope: 'repository:acme/shop:pull',
  })
})

test('spaces, any case, unquoted values, commas and escapes in values are understood', () => {
  expect(parseChallenge('bearer REALM = "https://a/t\\"x" , Service=plain, scope="a:b:pull,push"')).toEqual({
    scheme: 'bearer',
    realm: 'https://a/t"x',
    service: 'plain',
    scope: 'a:b:pull,push',
  })
})

test('a token service is preferred to a password at each request', () => {
  expect(parseChallenge('Basic realm="x", Bearer realm="https://a/t"')).toMatchObject({ scheme: 'bearer' })
  expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' })
})

test('a challenge without an answer gives nothing', () => {
  expect(parseChallenge(null)).toBeUndefined()
  expect(parseChallenge('')).toBeUndefined()
  expect(parseChallenge('Negotiate')).toBeUndefined()
  expect(parseChallenge('Bearer service="no realm"')).toBeUndefined()
})

test('the scope of a challenge counts only when it is about the repository that is wanted', () => {
  expect(tokenScope('acme/shop', 'pull', 'repository:acme/shop:pull,push')).toBe(
    'repository:acme/shop:pull,push',
  )
  expect(tokenScope('acme/shop', 'pull', 'repository:user/image:pull')).toBe('repository:acme/shop:pull')
  expect(tokenScope('acme/shop', 'pull', undefined)).toBe('repository:acme/shop:pull')
})
