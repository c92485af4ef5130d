import { expect, test } from 'vitest'
import { isIgnored } from '../../../../src/check/parse/ignore-file.ts'

/** As `git check-ignore` of git 2.39 answers. */
test.each<[string, string, boolean]>([
  ['.env', '.env', true],
  ['.env', 'app/.env', true],
  ['/.env', '.env', true],
  ['/.env', 'app/.env', false],
  ['app/.env', 'app/.env', true],
  ['app/.env', 'x/app/.env', false],
  ['**/.env', 'a/b/.env', true],
  ['app/**', 'app/a/.env', true],
  ['app', 'app/.env', true],
  ['.env/', '.env', false],
  ['.env*', '.env', true],
  ['.e?v', '.env', true],
  ['[.]env', '.env', true],
  ['.en[u-w]', '.env', true],
  ['.en[!u-w]', '.env', false],
  ['\\.env', '.env', true],
  ['\\#x', '#x', true],
  ['#x', '#x', false],
  ['\\!x', '!x', true],
  ['.env  ', '.env', true],
  ['.env\\ ', '.env', false],
  ['  .env', '.env', false],
  ['.ENV', '.env', false],
  ['.env\r\n', '.env', true],
  ['\uFEFF.env', '.env', true],
  ['.env\n!.env', '.env', false],
  ['!.env\n.env', '.env', true],
  ['app\n!app/.env', 'app/.env', true],
  ['app/*\n!app/.env', 'app/.env', false],
  ['', '.env', false],
  ['[', '.env', false],
  ['a(', '.env', false],
])('git: %j and %s: %s', (patterns, path, expected) => {
  expect(isIgnored(patterns, path, 'git')).toBe(expected)
})

/** https://docs.docker.com/build/concepts/context/#dockerignore-files */
test.each<[string, string, boolean]>([
  ['.env', '.env', true],
  ['.env', 'app/.env', false],
  ['/.env', '.env', true],
  ['./.env', '.env', true],
  ['.env/', '.env', true],
  ['**/.env', '.env', true],
  ['**/.env', 'a/b/.env', true],
  ['**', '.env', true],
  ['*', 'app/.env', true],
  ['app', 'app/.env', true],
  ['.e?v', '.env', true],
  ['[.]env', '.env', true],
  ['\\.env', '.env', true],
  ['\\#x', '#x', true],
  ['#x', '#x', false],
  ['  .env  ', '.env', true],
  ['.ENV', '.env', false],
  ['.env\r\n', '.env', true],
  ['.env\n!.env', '.env', false],
  ['*\n!app\napp/.env', 'app/.env', true],
  ['', '.env', false],
  ['a(\n[\n.env', '.env', true],
])('Docker: %j and %s: %s', (patterns, path, expected) => {
  expect(isIgnored(patterns, path, 'docker')).toBe(expected)
})
