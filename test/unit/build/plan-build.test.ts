import { describe, expect, test } from 'vitest'
import { parseBakeDefinition, renderBakeDefinition } from '../../../src/build/bake-definition.ts'
import { planBuild, type BuildPlan, type BuildWishes } from '../../../src/build/plan-build.ts'

const wishes: BuildWishes = {
  tag: '3f2a1c9',
  labels: { 'org.opencontainers.image.version': '3f2a1c9' },
  cache: { kind: 'none' },
  canStore: true,
  platforms: [],
}

function plan(target: Record<string, object>, more: Partial<BuildWishes> = {}): BuildPlan {
  const printed = { group: { default: { targets: Object.keys(target) } }, target }
  return planBuild(parseBakeDefinition(JSON.stringify(printed)), { ...wishes, ...more })
}

const backend = { context: '/app/backend', args: { V: '1' }, tags: ['ghcr.io/acme/shop-backend:3f2a1c9'] }
const frontend = { context: '/app/frontend', tags: ['ghcr.io/acme/shop-frontend:3f2a1c9'] }

test('pushes each image with its tag and latest, and keeps the build of the compose file', () => {
  const { images, definition } = plan({ backend, frontend })
  expect(images).toEqual([
    {
      target: 'backend',
      repository: 'ghcr.io/acme/shop-backend',
      names: ['ghcr.io/acme/shop-backend:3f2a1c9', 'ghcr.io/acme/shop-backend:latest'],
    },
    {
      target: 'frontend',
      repository: 'ghcr.io/acme/shop-frontend',
      names: ['ghcr.io/acme/shop-frontend:3f2a1c9', 'ghcr.io/acme/shop-frontend:latest'],
    },
  ])
  expect(JSON.parse(renderBakeDefinition(definition))).toMatchObject({
    group: { default: { targets: ['backend', 'frontend'] } },
    target: {
      backend: { context: '/app/backend', args: { V: '1' }, tags: images[0]?.names, labels: wishes.labels },
    },
  })
})

test.each<[string, string, string | undefined, string[]]>([
  ['a tag of its own', 'ghcr.io/acme/shop:stable', 'v1', ['stable', 'v1', 'latest']],
  ['no tag', 'ghcr.io/acme/shop', 'v1', ['latest', 'v1']],
  ['no tag, and none to give', 'ghcr.io/acme/shop', undefined, ['latest']],
])('an image with %s keeps the name that the compose file pulls', (_, image, tag, tags) => {
  const { images } = plan({ app: { tags: [image] } }, { tag })
  expect(images[0]?.names).toEqual(tags.map((it) => `ghcr.io/acme/shop:${it}`))
})

test('an image of two services is built once', () => {
  const { images, definition } = plan({ backend, worker: backend })
  expect(images.map(({ target }) => target)).toEqual(['backend'])
  expect([...definition.targets.keys()]).toEqual(['backend'])
})

test('labels and caches of the compose file count', () => {
  const own = {
    ...backend,
    labels: { 'org.opencontainers.image.version': 'mine' },
    'cache-from': [{ type: 'registry', ref: 'ghcr.io/acme/cache' }],
    'cache-to': [],
  }
  const { definition } = plan({ backend: own }, { cache: { kind: 'registry' }, platforms: ['linux/arm64'] })
  expect(definition.targets.get('backend')).toMatchObject({
    ...own,
    tags: expect.anything(),
    platforms: ['linux/arm64'],
  })
})

test('a builder that cannot write a cache is not asked to, but reads', () => {
  const { definition } = plan({ backend }, { cache: { kind: 'registry' }, canStore: false })
  expect(definition.targets.get('backend')).toMatchObject({
    'cache-from': ['type=registry,ref=ghcr.io/acme/shop-backend:buildcache'],
    'cache-to': [],
  })
})

describe('is refused', () => {
  test.each<[string, Record<string, object>, string, RegExp]>([
    ['a compose file that builds nothing', {}, 'BUILD_NOTHING', /No service/],
    ['an image without a name', { web: { context: '.' } }, 'BUILD_IMAGE_UNNAMED', /web has a `build:`/],
    [
      'a name without a registry',
      { web: { tags: ['shop:1'] } },
      'BUILD_IMAGE_UNNAMED',
      /`shop:1` of web has no registry in its name/,
    ],
    [
      'one name for two builds',
      { backend, api: { ...backend, context: '/app/api' } },
      'BUILD_CONFLICT',
      /backend and api/,
    ],
    ['capitals', { web: { tags: ['ghcr.io/Acme/shop:1'] } }, 'IMAGE_INVALID', /capital letters/],
  ])('%s', (_, targets, code, message) => {
    expect(() => plan(targets)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    )
  })
})
