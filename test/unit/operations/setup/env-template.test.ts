import { expect, test } from 'vitest'
import { makeEnvTemplate } from '../../../../src/operations/setup/env-template.ts'

const token = ['gh', 'p_0123456789abcdefghijABCDEFGHIJ'].join('')

test('names of the example and of the compose files, with the values that are no secret', () => {
  const example = [
    '# a comment',
    'PORT=3000',
    'export MODE = production',
    'GREETING="hello there"',
    'SESSION_SECRET=changeme',
    'CACHE=redis://user:hunter2@cache:6379',
    `THING=${token}`,
    'PEM="-----BEGIN',
    'hunter2"',
    'IMAGE_TAG=v1',
    'EMPTY=',
  ].join('\n')
  const compose = [
    { name: 'DATABASE_HOST', required: true },
    { name: 'OPTIONAL', required: false },
    { name: 'IMAGE_TAG', required: true },
  ]
  const { text, keysToFill } = makeEnvTemplate(example, compose, ['IMAGE_TAG'])
  expect(text).toMatchInlineSnapshot(`
    "# Created by dray setup. Set values here, or with \`dray env ENVIRONMENT set NAME\`.
    PORT=3000
    MODE=production
    GREETING="hello there"
    SESSION_SECRET=
    CACHE=
    THING=
    PEM=
    EMPTY=
    DATABASE_HOST=
    "
  `)
  expect(text).not.toMatch(/hunter2|changeme|ghp_/)
  expect(keysToFill).toEqual(['SESSION_SECRET', 'CACHE', 'THING', 'PEM', 'EMPTY', 'DATABASE_HOST'])
})

test('no example and nothing needed: a file without variables', () => {
  expect(makeEnvTemplate(undefined, [], []).keysToFill).toEqual([])
})
