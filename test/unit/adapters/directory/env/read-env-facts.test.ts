import { describe, expect, test } from 'vitest'
import type { EnvUses } from '../../../../../src/adapters/directory/env/env-uses.ts'
import {
  readContentHashes,
  readEnvFacts,
  readHostHashes,
} from '../../../../../src/adapters/directory/env/read-env-facts.ts'
import { parseSections } from '../../../../../src/adapters/directory/sections.ts'
import { DrayError } from '../../../../../src/errors/dray-error.ts'

const noUses: EnvUses = { envFiles: [], rawFiles: [], contentVariables: [] }
const place = { host: 'srv', path: '/srv/shop' }

function factsOf(output: string, uses: Partial<EnvUses> = {}) {
  const sections = parseSections(output)
  const hashes = readHostHashes(sections)
  return readEnvFacts(sections, { place, uses: { ...noUses, ...uses }, hashes, variables: ['A'] })
}

function refusal(output: string, uses: Partial<EnvUses> = {}): DrayError {
  try {
    factsOf(output, uses)
  } catch (error) {
    if (error instanceof DrayError) return error
  }
  throw new Error('It was not refused.')
}

describe('lines of env files', () => {
  test('that Compose accepts are reported', () => {
    expect(factsOf('@@dray odd-lines .env\nraw 1\ndollar 2 KEY\nstatement 3\n').oddLines).toEqual([
      { file: '.env', line: 2, kind: 'dollar', variable: 'KEY' },
      { file: '.env', line: 3, kind: 'statement' },
    ])
    expect(factsOf('').oddLines).toBeUndefined()
  })

  test('with a `$` are read as they are, with `format: raw`', () => {
    const rawFiles = [{ path: 'raw.env', service: 'web' }]
    expect(factsOf('@@dray odd-lines raw.env\ndollar 2 KEY\n', { rawFiles }).oddLines).toBeUndefined()
  })

  test.each<[string, Partial<EnvUses>, string]>([
    [
      '@@dray odd-lines .env\nencoding 1\n',
      {},
      '/srv/shop/.env on srv is not UTF-8 text: it has zero bytes, as UTF-16 has.',
    ],
    [
      '@@dray odd-lines a.env\nstatement 2\nquote 3 KEY\ndollar 4 HASH\nbroken 0\n',
      {},
      'Compose cannot read /srv/shop/a.env on srv: line 2 is not NAME=value; the quote of KEY in line 3 is never closed; the `$` in line 4 is not in single quotes.',
    ],
    [
      '@@dray odd-lines .env\nraw 1\n',
      { rawFiles: [{ path: '.env', service: 'web' }] },
      'Line 1 of /srv/shop/.env on srv is not NAME=value: service web reads the file with `format: raw`.',
    ],
  ])('that Compose refuses are refused before: %#', (output, uses, message) => {
    expect(refusal(output, uses)).toMatchObject({ code: 'ENV_INVALID', message })
  })

  test('that name other compose files are refused', () => {
    expect(refusal('@@dray odd-lines .env\nfiles 3 COMPOSE_FILE\n')).toMatchObject({
      code: 'COMPOSE_FILE_SET',
      message:
        'Line 3 of /srv/shop/.env on srv sets COMPOSE_FILE, so Compose there reads other files than those of the release.',
    })
  })
})

describe('hashes of values', () => {
  const key = 'ab'.repeat(32)
  const hash = '0'.repeat(64)
  const hashed = (text = key, value = hash) =>
    `@@dray value-hashes\n${value}  ./value.A\n@@dray hash-key\n${text}\n`

  test('depend on the key of the host', () => {
    const facts = factsOf(hashed())
    expect(facts.newHashKey).toBeUndefined()
    expect(facts.valueHashes?.['A']).toMatch(/^[0-9a-f]{64}$/)
    expect(facts.valueHashes?.['A']).not.toBe(hash)
    expect(factsOf(hashed()).valueHashes).toEqual(facts.valueHashes)
    expect(factsOf(hashed('cd'.repeat(32))).valueHashes).not.toEqual(facts.valueHashes)
    expect(factsOf(hashed(key, '1'.repeat(64))).valueHashes).not.toEqual(facts.valueHashes)
  })

  test('get a new key on a host without a key', () => {
    const { newHashKey, valueHashes } = factsOf(`@@dray value-hashes\n${hash}  ./value.A\n`)
    expect(newHashKey?.reveal()).toMatch(/^[0-9a-f]{64}$/)
    expect(Object.keys(valueHashes ?? {})).toEqual(['A'])
  })

  test.each(['unreadable', 'not a key'])('are unknown where the key is %s', (text) => {
    expect(factsOf(hashed(text))).toEqual({})
  })

  test('of secrets come from the deploy-time values first; a variable without a value has none', () => {
    const hashes = readHostHashes(parseSections(hashed()))
    const uses = { ...noUses, contentVariables: ['A', 'TAG', 'NONE'] }
    const found = readContentHashes(hashes, uses, { values: { TAG: 'v1' }, variables: ['A'] })
    expect([...(found?.keys() ?? [])]).toEqual(['A', 'TAG'])
    expect(found?.get('A')).toBe(hashes.byVariable.get('A'))
  })
})
