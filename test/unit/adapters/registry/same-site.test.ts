import { expect, test } from 'vitest'
import { isSameSite } from '../../../../src/adapters/registry/same-site.ts'

test.each([
  ['registry-1.docker.io', 'auth.docker.io', true],
  ['registry.gitlab.com', 'gitlab.com', true],
  ['rg.fr-par.scw.cloud', 'api.scaleway.com', true],
  ['registry.example.com', 'example.net', false],
  ['registry.one.co.uk', 'auth.one.co.uk', true],
  ['one.co.uk', 'two.co.uk', false],
  ['example.com', 'notexample.com', false],
  ['10.0.0.5', '10.1.0.5', false],
  ['10.0.0.5', '10.0.0.5', true],
  ['[::1]', '[::1]', true],
  ['localhost', 'localhost', true],
])('%s and %s: %s', (hostname, other, expected) => {
  expect(isSameSite(hostname, other)).toBe(expected)
})
