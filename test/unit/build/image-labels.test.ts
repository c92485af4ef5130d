import { expect, test } from 'vitest'
import { imageLabels, type SourceObservation } from '../../../src/build/image-labels.ts'

const remote = { host: 'github.com', owner: 'acme', repository: 'shop' }
const facts: SourceObservation = { env: {}, remote, headSha: 'abc', isDirty: false, tag: 'v1' }
function labels(more: Partial<SourceObservation>): Record<string, string> {
  const named = Object.entries(imageLabels({ ...facts, ...more }))
  return Object.fromEntries(
    named.map(([name, value]) => [name.slice('org.opencontainers.image.'.length), value]),
  )
}

test.each<[string, Partial<SourceObservation>, object]>([
  ['a laptop', {}, { source: 'https://github.com/acme/shop', revision: 'abc', version: 'v1' }],
  ['a laptop with changes', { isDirty: true }, { revision: 'abc-dirty' }],
  [
    'a job of GitHub',
    {
      env: { GITHUB_SERVER_URL: 'https://ghe.example.com', GITHUB_REPOSITORY: 'a/b', GITHUB_SHA: 'def' },
      headSha: undefined,
    },
    { source: 'https://ghe.example.com/a/b', revision: 'def' },
  ],
])('on %s', (_, more, expected) => {
  expect(labels(more)).toMatchObject(expected)
})

test('say nothing that is not known', () => {
  expect(labels({ remote: undefined, headSha: undefined, tag: undefined })).toEqual({})
})
