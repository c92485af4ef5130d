import { expect, test } from 'vitest'
import {
  changesOnHost,
  compareRecords,
  readChanges,
} from '../../../../src/deploy/releases/attempt-changes.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import {
  countOtherChanges,
  renderImageChange,
  renderOtherChanges,
} from '../../../../src/ui/render/text/render-changes.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
const before = fakeRelease({
  files: { 'nginx.conf': one, 'gone.conf': one, 'docker-compose.override.yml': one },
  variables: ['KEPT', 'OLD', 'URL', 'UNKNOWN'],
  valueHashes: { KEPT: 'a', OLD: 'b', URL: 'c' },
})
const after = {
  ...before,
  files: { 'nginx.conf': two, 'new.conf': one, 'docker-compose.override.yml': two, '.dray-pins.yml': two },
  variables: ['KEPT', 'NEW', 'URL', 'UNKNOWN'],
  valueHashes: { KEPT: 'a', NEW: 'd', URL: 'e', UNKNOWN: 'f' },
}
const changes = { images: [], files: 3, variables: { added: 1, removed: 1, changed: 1 } }

test('files and variables are counted; a value that was not recorded has not changed, nor does the override file count', () => {
  expect(compareRecords(before, after)).toEqual(changes)
  expect(compareRecords(before, before)).toEqual({
    images: [],
    files: 0,
    variables: { added: 0, removed: 0, changed: 0 },
  })
})

test('a service is added, removed, or has another image, which its tag or its digest names', () => {
  const [[, service] = []] = Object.entries(before.services)
  const { tag: _, ...untagged } = service!
  const pinned = { ...untagged, image: 'postgres@sha256:9' }
  const services = (it: typeof before.services) => ({ ...before, services: it })
  expect(
    compareRecords(
      services({ a: service!, gone: service!, pinned: service! }),
      services({ a: { ...service!, image: 'x@sha256:1', tag: 'v2' }, fresh: service!, pinned }),
    ).images,
  ).toEqual([
    { service: 'a', from: 'v1', to: 'v2' },
    { service: 'fresh', to: 'v1' },
    { service: 'gone', from: 'v1' },
    { service: 'pinned', from: 'v1', to: service!.digest.slice(0, 19) },
  ])
})

test('a change of `.env` alone is in the journal, although the record before it is dropped', () => {
  const steps = [
    {
      ...{ id: 1, host: 'a', cause: '', kind: 'record-release' as const },
      ...{ release: 'r8', services: before.services, dropReleases: ['r7'] },
    },
  ]
  const files = Object.entries(before.files).map(([path, sha256]) => ({ path, sha256 }))
  const { variables, valueHashes } = after
  const observe = (more: object, releases = [before]) => ({
    ...{ host: 'a', files },
    directory: {
      releases,
      envFile: { mode: '600', readableByOthers: false, variables, valueHashes, ...more },
    },
  })
  const made = changesOnHost({ steps }, observe({}))
  expect(made).toEqual({ ...changes, files: 0 })
  expect(readChanges(JSON.parse(JSON.stringify(made)))).toEqual(made)
  const newKey = changesOnHost({ steps }, observe({ newHashKey: new Secret('key') }))
  expect(newKey?.variables).toEqual({ added: 1, removed: 1, changed: 0 })
  expect(changesOnHost({ steps }, observe({}, []))).toBeUndefined()
  expect(changesOnHost({ steps: [] }, observe({}))).toBeUndefined()
})

test.each([
  [undefined],
  [null],
  ['many'],
  [{}],
  [{ ...changes, images: {} }],
  [{ ...changes, files: -1 }],
  [{ ...changes, files: '3' }],
  [{ ...changes, variables: { added: 1, removed: 1 } }],
])('%j in a journal is no list of changes', (value) => {
  expect(readChanges(value)).toBeUndefined()
})

test('an entry without a service is left out', () => {
  const images = [null, 'web', { service: 5 }, { service: 'web', from: 1, to: 'v2' }]
  expect(readChanges({ ...changes, images })?.images).toEqual([{ service: 'web', to: 'v2' }])
})

test('they are short in words', () => {
  expect(renderOtherChanges(changes)).toEqual(['3 files', '1 variable added, 1 removed, 1 changed'])
  expect(countOtherChanges(changes)).toEqual(['3 files', '3 variables'])
  expect(renderOtherChanges({ files: 1, variables: { added: 0, removed: 2, changed: 0 } })).toEqual([
    '1 file',
    '2 variables removed',
  ])
  expect(renderOtherChanges({ files: 0, variables: { added: 0, removed: 0, changed: 0 } })).toEqual([])
  expect(
    [{ from: 'v1', to: 'v2' }, { from: 'latest', to: 'latest' }, { to: 'v1' }, { from: 'v1' }].map((it) =>
      renderImageChange({ service: 'web', ...it }),
    ),
  ).toEqual(['v1 → v2', 'latest, another image', 'added, v1', 'removed, v1'])
})
