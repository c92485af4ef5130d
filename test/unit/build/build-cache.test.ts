import { describe, expect, test } from 'vitest'
import { cacheEntries, chooseCache, type CacheInput } from '../../../src/build/build-cache.ts'

const actions = { ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'https://results' }
const choose = (facts: Partial<CacheInput>) =>
  chooseCache({ wanted: undefined, isPushed: true, env: {}, resolvePath: (it) => `/app/${it}`, ...facts })

test.each<[string, Partial<CacheInput>, object]>([
  ['the registry that is pushed to', {}, { kind: 'registry' }],
  ['none without a push', { isPushed: false }, { kind: 'none' }],
  ["GitHub's where it is offered", { env: actions }, { kind: 'gha', fromTag: false }],
  [
    "GitHub's in the run of a tag",
    { env: { ...actions, GITHUB_REF_TYPE: 'tag' } },
    { kind: 'gha', fromTag: true },
  ],
  ['the registry in a line of `run:`', { env: { GITHUB_ACTIONS: 'true' } }, { kind: 'registry' }],
  ['what was asked for', { wanted: 'none', env: actions }, { kind: 'none' }],
  ['a directory', { wanted: 'cache', env: actions }, { kind: 'directory', path: '/app/cache' }],
])('the cache is %s', (_, facts, cache) => {
  expect(choose(facts)).toEqual(cache)
})

describe('the entries', () => {
  const image = { target: 'backend', repository: 'ghcr.io/acme/shop-backend', isOnly: false }
  const stored = 'type=registry,ref=ghcr.io/acme/shop-backend:buildcache'
  test.each<[string, ReturnType<typeof choose>, object]>([
    [
      'of several images have a scope each',
      { kind: 'gha', fromTag: false },
      { from: ['type=gha,scope=backend'], to: ['type=gha,mode=max,scope=backend,ignore-error=true'] },
    ],
    [
      "of a tag's run are kept where the next tag finds them",
      { kind: 'gha', fromTag: true },
      { from: ['type=gha,scope=backend', stored], to: [`${stored},mode=max,ignore-error=true`] },
    ],
    ['in a registry', { kind: 'registry' }, { from: [stored], to: [`${stored},mode=max,ignore-error=true`] }],
    [
      'in a directory have one of their own',
      { kind: 'directory', path: '/c' },
      { from: ['type=local,src=/c/backend'], to: ['type=local,dest=/c/backend,mode=max,ignore-error=true'] },
    ],
    ['are none where there is no cache', { kind: 'none' }, { from: [], to: [] }],
  ])('%s', (_, cache, entries) => {
    expect(cacheEntries(cache, image)).toEqual(entries)
  })

  test('of the only image have no scope', () => {
    expect(cacheEntries({ kind: 'gha', fromTag: false }, { ...image, isOnly: true })).toEqual({
      from: ['type=gha'],
      to: ['type=gha,mode=max,ignore-error=true'],
    })
  })
})
