import { describe, expect, test } from 'vitest'
import { compareSides, isDifferent } from '../../../../src/operations/diff/compare-sides.ts'
import type { ReleaseSide } from '../../../../src/operations/diff/release-side.ts'
import type { BundleFile } from '../../../../src/deploy/model/ports.ts'
import { fakeDigest } from '../../../support/fake-app.ts'

function file(path: string, text: string, mode = 0o644): BundleFile {
  return { path, content: Buffer.from(text), mode }
}

function snapshot(facts: Partial<ReleaseSide> = {}): ReleaseSide {
  return {
    label: 'r1 (v1)',
    images: { backend: { name: 'ghcr.io/acme/shop', tag: 'v1', digest: fakeDigest('v1') } },
    definitions: { backend: { 'environment.LOG_LEVEL': 'h1', restart: 'h2' } },
    files: [file('nginx.conf', 'a\nb\n')],
    secretPaths: new Set(),
    variables: ['DATABASE_URL'],
    valueHashes: { DATABASE_URL: 'h1' },
    notes: [],
    ...facts,
  }
}

const compare = (from: Partial<ReleaseSide>, to: Partial<ReleaseSide>) =>
  compareSides(snapshot(from), snapshot(to))

test('equal sides have no differences', () => {
  const diff = compare({}, { label: 'r2 (v1)' })
  expect(diff).toMatchObject({
    from: 'r1 (v1)',
    to: 'r2 (v1)',
    images: [],
    configuration: [],
    variables: [],
    files: [],
  })
  expect(isDifferent(diff)).toBe(false)
})

describe('images', () => {
  const image = snapshot().images['backend']

  test('come, go, and change with their digest, not with their tag', () => {
    const worker = { name: 'ghcr.io/acme/worker', tag: 'v1', digest: fakeDigest('v1') }
    const moved = { name: 'ghcr.io/acme/shop', tag: 'v1', digest: fakeDigest('v1b') }
    const renamed = { name: 'ghcr.io/acme/shop', tag: 'v2', digest: fakeDigest('v1') }
    expect(compare({}, { images: { backend: moved, worker } }).images).toEqual([
      { service: 'backend', from: image, to: moved },
      { service: 'worker', to: worker },
    ])
    expect(compare({}, { images: {} }).images).toEqual([{ service: 'backend', from: image }])
    expect(compare({}, { images: { backend: renamed } }).images).toEqual([])
  })

  test('that the registry does not know differ by their tags', () => {
    const untold = (tag: string) => ({ backend: { name: 'ghcr.io/acme/shop', tag } })
    expect(compare({}, { images: untold('v2') }).images).toHaveLength(1)
    expect(compare({}, { images: untold('v1') }).images).toEqual([])
  })
})

describe('configuration', () => {
  test('differs in keys; an added or removed service has no keys', () => {
    const definitions = {
      backend: { 'environment.LOG_LEVEL': 'other', ports: 'h' },
      worker: { restart: 'h' },
    }
    expect(compare({}, { definitions }).configuration).toEqual([
      {
        service: 'backend',
        change: 'changed',
        keys: [
          { name: 'environment.LOG_LEVEL', change: 'changed' },
          { name: 'ports', change: 'added' },
          { name: 'restart', change: 'removed' },
        ],
      },
      { service: 'worker', change: 'added', keys: [] },
    ])
  })

  test('that Compose cannot make of one side is not compared', () => {
    expect(compare({ definitions: undefined }, {}).configuration).toEqual([])
  })
})

test('variables come and go by name', () => {
  expect(compare({}, { variables: ['API_KEY'] }).variables).toEqual([
    { name: 'API_KEY', change: 'added' },
    { name: 'DATABASE_URL', change: 'removed' },
  ])
})

describe('files', () => {
  const one = (before: BundleFile | undefined, after: BundleFile | undefined, secretPaths: string[] = []) =>
    compare(
      { files: before === undefined ? [] : [before], secretPaths: new Set(secretPaths) },
      { files: after === undefined ? [] : [after] },
    ).files

  test('come, go and change with their text', () => {
    expect(one(file('a', 'x\n'), file('a', 'y\n'))).toEqual([
      { path: 'a', change: 'changed', kind: 'text', before: 'x\n', after: 'y\n' },
    ])
    expect(one(undefined, file('a', 'y\n'))).toMatchObject([{ change: 'added', before: '', after: 'y\n' }])
    expect(one(file('a', 'x\n'), undefined)).toMatchObject([{ change: 'removed', before: 'x\n', after: '' }])
  })

  test('of which only the mode changed say so', () => {
    expect(one(file('a', 'x', 0o644), file('a', 'x', 0o755))).toEqual([
      { path: 'a', change: 'changed', kind: 'mode', modeBefore: 0o644, modeAfter: 0o755 },
    ])
  })

  test('that are binary are counted', () => {
    expect(one(file('a', 'x\0y'), file('a', 'x\0yz'))).toMatchObject([
      { kind: 'binary', bytesBefore: 3, bytesAfter: 4 },
    ])
  })

  test.each(['config/app.env', '.env.example', 'app.env'])('with variables show names only: %s', (path) => {
    const [found] = one(file(path, 'A=hunter1\nB=hunter2\n'), file(path, 'A=hunter3\nC=hunter4\n'))
    expect(found).toEqual({
      path,
      change: 'changed',
      kind: 'variables',
      variables: { added: ['C'], changed: ['A'], removed: ['B'] },
    })
  })

  test('that are secrets of Compose, or hold a private key, are not shown', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nhunter2\n'
    const found = [
      one(file('token', 'hunter1'), file('token', 'hunter2'), ['token']),
      one(undefined, file('tls.key', key)),
    ]
    expect(found).toMatchObject([[{ kind: 'secret' }], [{ kind: 'secret' }]])
    expect(JSON.stringify(found)).not.toContain('hunter')
  })
})

describe('variables', () => {
  const variablesOf = (from: Partial<ReleaseSide>, to: Partial<ReleaseSide>) => compare(from, to).variables

  test('are added and removed by name, and changed by the hash of their value', () => {
    const to = { variables: ['DATABASE_URL', 'KEY'], valueHashes: { DATABASE_URL: 'h2', KEY: 'h3' } }
    expect(variablesOf({}, to)).toEqual([
      { name: 'DATABASE_URL', change: 'changed' },
      { name: 'KEY', change: 'added' },
    ])
    expect(variablesOf(to, { variables: [], valueHashes: {} }).map(({ change }) => change)).toEqual([
      'removed',
      'removed',
    ])
  })

  test('without recorded hashes are compared by name, and a note says so', () => {
    const { variables, notes } = compare({ valueHashes: undefined }, { valueHashes: { DATABASE_URL: 'h2' } })
    expect(variables).toEqual([])
    expect(notes).toEqual(['Changed values in `.env` are not listed: r1 (v1) has no hashes of its values.'])
  })
})
