import { expect, test } from 'vitest'
import { check, show } from '../../support/run-check.ts'

const codesOf = (compose: string): string[] =>
  show(check({ 'docker-compose.yml': compose })).filter((line) => !line.includes('LOGS_UNLIMITED'))

const compose = (image: string, before = ''): string =>
  `services:\n  db:\n    restart: always\n${before}    image: ${image}\n    volumes: ["db:/var/lib/postgresql"]\n`

test('a comment with a reason leaves a finding of its line out', () => {
  expect(codesOf(compose('postgres # dray-ignore IMAGE_FLOATING the newest is what we test'))).toEqual([])
})

test('a comment that stands alone is for the next line', () => {
  expect(
    codesOf(compose('postgres', '    # dray-ignore IMAGE_FLOATING: the newest is what we test\n')),
  ).toEqual([])
})

test('a comment without a reason suppresses nothing, and is reported', () => {
  expect(codesOf(compose('postgres # dray-ignore IMAGE_FLOATING'))).toEqual([
    'docker-compose.yml:4:12 warning IMAGE_FLOATING The service `db` runs `postgres:latest`, which changes over time.',
    'docker-compose.yml:4:21 warning IGNORE_UNCLEAR The comment gives no reason for ignoring IMAGE_FLOATING.',
  ])
})

test('a comment that fits nothing, or names no code, is reported', () => {
  expect(codesOf(compose('postgres:17 # dray-ignore IMAGE_FLOATING because'))).toEqual([
    'docker-compose.yml:4:24 warning IGNORE_UNCLEAR Line 4 has no IMAGE_FLOATING: remove the comment.',
  ])
  expect(codesOf(compose('postgres:17 # dray-ignore IMAGE_FLOATS because'))).toEqual([
    'docker-compose.yml:4:24 warning IGNORE_UNCLEAR The code `IMAGE_FLOATS` does not exist.',
  ])
})
