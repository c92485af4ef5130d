import { expect, test } from 'vitest'
import { definitionParts } from '../../../../src/adapters/compose/definition-parts.ts'

type Definition = Readonly<Record<string, unknown>>

/** Keys of which two definitions have something else. */
function differing(a: Definition, b: Definition, hashes: readonly string[] = ['1', '1']): string[] {
  const [before = {}, after = {}] = [a, b].map((it, index) =>
    definitionParts(it, new Map([['.env', hashes[index] ?? '']])),
  )
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  )
}

test.each<[string, Definition, Definition, string[]]>([
  ['nothing', { restart: 'no' }, { restart: 'no' }, []],
  [
    'values within maps, by their keys',
    { environment: { A: '1', B: '2' }, deploy: { resources: { limits: { memory: '1g' } } } },
    { environment: { A: '1', B: '3', C: null }, deploy: { resources: { limits: { memory: '2g' } } } },
    ['environment.B', 'deploy.resources.limits.memory', 'environment.C'],
  ],
  ['a list, as a whole', { ports: [{ target: 80 }] }, { ports: [{ target: 81 }] }, ['ports']],
  ['the order of keys, not at all', { a: [{ b: 1, c: 2 }] }, { a: [{ c: 2, b: 1 }] }, []],
  ['an image or a build, which are compared elsewhere', { image: 'a', build: {} }, { image: 'b' }, []],
  ['what is null, as if it were not there', { command: null }, {}, []],
])('%s', (_what, a, b, keys) => {
  expect(differing(a, b)).toEqual(keys)
})

test('an env file of the server differs as a whole, by its name', () => {
  const reads = { environment: { DRAY_ENV_FILE_3: '.env' } }
  expect(differing(reads, reads)).toEqual([])
  expect(differing(reads, reads, ['1', '2'])).toEqual(['env_file .env'])
  expect(differing(reads, { environment: { DRAY_ENV_FILE_1: '.env' } })).toEqual([])
  expect(differing(reads, {})).toEqual(['env_file .env'])
})

test('no part contains a value', () => {
  const parts = definitionParts({ environment: { KEY: 'hunter2' }, command: ['hunter2'] }, new Map())
  expect(JSON.stringify(parts)).not.toContain('hunter2')
})
