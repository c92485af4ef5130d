import { describe, expect, test } from 'vitest'
import { matchesPattern, startOfPattern } from '../../../../src/adapters/source/path-pattern.ts'

describe('a pattern', () => {
  test.each([
    ['nginx', 'nginx/conf.d/default.conf'],
    ['nginx/', 'nginx/conf.d/default.conf'],
    ['./certs/ca.pem', 'certs/ca.pem'],
    ['nginx/**', 'nginx/conf.d/default.conf'],
    ['**/*.pem', 'ca.pem'],
    ['**/*.pem', 'certs/deep/ca.pem'],
    ['certs/*.pem', 'certs/ca.pem'],
    ['nginx/*/default.conf', 'nginx/conf.d/default.conf'],
    ['ca.?em', 'ca.pem'],
    ['**', 'certs/ca.pem'],
    ['a(b)+[c].conf', 'a(b)+[c].conf'],
  ])('%s means %s', (pattern, path) => {
    expect(matchesPattern(path, pattern)).toBe(true)
  })

  test.each([
    ['nginx', 'nginx.conf'],
    ['certs/*.pem', 'certs/deep/ca.pem'],
    ['*.pem', 'certs/ca.pem'],
    ['ca.pem', 'caxpem'],
    ['**/*.pem', 'certs/ca.key'],
  ])('%s does not mean %s', (pattern, path) => {
    expect(matchesPattern(path, pattern)).toBe(false)
  })

  test.each([
    ['certs/deep/*.pem', 'certs/deep'],
    ['nginx/conf.d', 'nginx/conf.d'],
    ['**/*.pem', '.'],
    ['./nginx/**', 'nginx'],
  ])('%s only matches paths below %s', (pattern, start) => {
    expect(startOfPattern(pattern)).toBe(start)
  })
})
