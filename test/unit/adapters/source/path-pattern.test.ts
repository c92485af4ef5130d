import { describe, expect, test } from 'vitest'
import { compilePattern, startOfPattern } from '../../../../src/adapters/source/path-pattern.ts'

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
    ['app/(group)|+/*', 'app/(group)|+/page.conf'],
    ['certs/[prod]', 'certs/[prod]/ca.pem'],
    ['nginx/*.{conf,tmpl}', 'nginx/default.tmpl'],
    ['{certs,nginx/conf.d}/*', 'nginx/conf.d/default.conf'],
    ['certs/**.pem', 'certs/deep/er/ca.pem'],
    ['site[ab].conf', 'sitea.conf'],
    ['site[!ab].conf', 'sitec.conf'],
    ['*', '.htpasswd'],
    ['nginx/**', 'nginx/.htpasswd'],
    ['**', '.well-known/acme'],
    ['!a', '!a'],
    ['it\'s "new"/*', 'it\'s "new"/page.conf'],
    ['nginx/*', 'nginx/conf.d/deep/default.conf'],
  ])('%s means %s', (pattern, path) => {
    expect(compilePattern(pattern)(path)).toBe(true)
  })

  test.each([
    ['nginx', 'nginx.conf'],
    ['certs/*.pem', 'certs/deep/ca.pem'],
    ['*.pem', 'certs/ca.pem'],
    ['ca.pem', 'caxpem'],
    ['**/*.pem', 'certs/ca.key'],
    ['site[ab].conf', 'sitec.conf'],
    ['site[!ab].conf', 'sitea.conf'],
    ['nginx/*.{conf,tmpl}', 'nginx/default.html'],
    ['!a', 'b'],
    ['nginx/', 'certs'],
    ['./', 'certs'],
  ])('%s does not mean %s', (pattern, path) => {
    expect(compilePattern(pattern)(path)).toBe(false)
  })

  test.each([
    ['certs/deep/*.pem', 'certs/deep'],
    ['nginx/conf.d', 'nginx/conf.d'],
    ['**/*.pem', '.'],
    ['./nginx/**', 'nginx'],
    ['nginx/{a,b}/c', 'nginx'],
    ['nginx/site[ab].conf', 'nginx'],
  ])('%s only matches paths below %s', (pattern, start) => {
    expect(startOfPattern(pattern)).toBe(start)
  })
})
