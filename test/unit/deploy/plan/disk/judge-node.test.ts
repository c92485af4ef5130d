import { expect, test } from 'vitest'
import type { DiskInventory } from '../../../../../src/deploy/model/disk/inventory.ts'
import { judgeNode, type NeededInSwarm } from '../../../../../src/deploy/plan/disk/judge-node.ts'
import { fakeDigest } from '../../../../support/fake-app.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  TAKEN_AT_MS,
} from '../../../../support/fake-disk.ts'

const pinned = (version: string, repository = 'ghcr.io/acme/shop') => `${repository}@${fakeDigest(version)}`
/** An image on the node as Swarm pulled it: by digest, without a tag. */
const stored = (version: string, repository?: string, more = {}) =>
  fakeStoredImage(version, { tags: [], digests: [pinned(version, repository)], ...more })

/** Release r3 runs v3, r2 is archived with v2, and v1 is known from the journal. */
const needed = (more: Partial<NeededInSwarm> = {}): NeededInSwarm => ({
  project: 'shop',
  images: new Map([
    [pinned('v2'), 'release r2'],
    [pinned('v3'), 'release r3'],
  ]),
  known: new Set(['v1', 'v2', 'v3'].map((version) => pinned(version))),
  services: [{ service: 'shop_web', stack: 'shop', images: [`ghcr.io/acme/shop:v3@${fakeDigest('v3')}`] }],
  knownStacks: new Set(),
  ...more,
})

const judge = (inventory: Partial<DiskInventory>, more?: Partial<NeededInSwarm>): string[] =>
  judgeNode(fakeInventory(inventory), needed(more)).map(
    ({ id, name, mayGo, reason }) => `${mayGo ? '-' : '='} ${id === '' ? name : id}: ${reason}`,
  )

test('images that no archived release has are removed, and those of other stacks stay', () => {
  const images = ['v1', 'v2', 'v3'].map((version) => stored(version))
  expect(judge({ images: [...images, stored('blog', 'ghcr.io/acme/blog')] })).toEqual([
    '- v1: no archived release and no service has it',
    '= v2: release r2',
    '= v3: release r3',
    '= blog: not an image of stack shop',
  ])
})

test('an image that a service may start on the node stays, by digest, by tag and by the definition before', () => {
  const service = (...images: string[]) => [{ service: 'by-hand', images }]
  const digest = fakeDigest('v1')
  for (const image of [`ghcr.io/acme/shop:v1@${digest}`, pinned('v1'), `mirror.example.com/shop@${digest}`])
    expect(judge({ images: [stored('v1')] }, { services: service('other:1', image) })).toEqual([
      '= v1: service by-hand may start it here',
    ])
  const tagged = fakeStoredImage('i', { tags: ['ghcr.io/acme/shop:v1'], digests: [pinned('v1')] })
  expect(judge({ images: [tagged] }, { services: service('ghcr.io/acme/shop:v1') })).toEqual([
    '= i: service by-hand may start it here',
  ])
  const latest = fakeStoredImage('i', { tags: ['nginx:latest'] })
  const known = new Set([pinned('n', 'nginx')])
  expect(judge({ images: [latest] }, { known, services: service('docker.io/library/nginx') })).toEqual([
    '= i: service by-hand may start it here',
  ])
})

test('a repository that another stack runs stays, unless the releases of that stack are known', () => {
  const images = [stored('v0'), stored('v1')]
  const services = [{ service: 'staging_web', stack: 'staging', images: [pinned('v9')] }]
  const reason = 'stack staging runs this repository too, and may need it for a rollback'
  expect(judge({ images }, { services })).toEqual([`= v0: ${reason}`, `= v1: ${reason}`])
  const archived = new Map([[pinned('v0'), 'release r1 of stack staging']])
  expect(judge({ images }, { services, images: archived, knownStacks: new Set(['staging']) })).toEqual([
    '= v0: release r1 of stack staging',
    '- v1: no archived release and no service has it',
  ])
})

test('an image that the app did not deploy stays for an hour after it was pulled', () => {
  const pulled = (minutes: number, version: string) =>
    stored(version, undefined, { touchedAtMs: TAKEN_AT_MS - minutes * 60_000 })
  expect(judge({ images: [pulled(10, 'v1'), pulled(10, 'new'), pulled(70, 'old')] })).toEqual([
    '- v1: no archived release and no service has it',
    '= new: pulled, built or tagged 10 minutes ago',
    '- old: no archived release and no service has it',
  ])
})

test('an image with a name of another repository, or that a container uses, stays', () => {
  const alias = fakeStoredImage('v1', { tags: ['mine:1'], digests: [pinned('v1')] })
  expect(judge({ images: [alias] })).toEqual(['= v1: not an image of stack shop'])
  const containers = [fakeStoredContainer('c', { imageId: 'v1', isUp: false, idleSinceMs: TAKEN_AT_MS })]
  expect(judge({ images: [stored('v1')], containers })[0]).toBe('= v1: used by container c')
})

test('with no known release, no image that has a name is removed', () => {
  expect(
    judge(
      { images: [stored('v1'), fakeStoredImage('x'), fakeStoredImage('none', { tags: [] })] },
      {
        known: new Set(),
        images: new Map(),
      },
    ),
  ).toEqual([
    '- none: no longer tagged',
    '= v1: not an image of stack shop',
    '= x: not an image of stack shop',
  ])
})

test('build cache and ended containers of the stack go; networks, volumes and all others stay', () => {
  const ended = { isUp: false, isOfStack: true }
  expect(
    judge({
      buildCache: { freeBytes: 5, busyBytes: 0 },
      containers: [
        fakeStoredContainer('shop_web.1', { ...ended, project: 'shop' }),
        fakeStoredContainer('blog_web.1', { ...ended, project: 'blog' }),
        fakeStoredContainer('shop-web-1', { isUp: false, project: 'shop' }),
        fakeStoredContainer('by-hand', { isUp: false }),
      ],
      networks: [{ id: 'n', name: 'docker_gwbridge', project: undefined, createdAtMs: 0 }],
      volumes: [fakeVolume('data'), fakeVolume('a'.repeat(64))],
    }),
  ).toEqual([
    '- build cache: builds can recreate it',
    '- id shop_web.1: stopped 10 days ago',
    '= id blog_web.1: belongs to another app (blog)',
    '= id shop-web-1: not a container of stack shop',
    '= id by-hand: not a container of stack shop',
    '= n: a service may need it on this node',
    '= data: named volume, never removed',
    `= ${'a'.repeat(64)}: unused, but removing volumes is not enabled`,
  ])
})

test("a digest that containerd's store lists as a tag does not keep an image of the app", () => {
  const pulled = (version: string, ...tags: string[]) =>
    stored(version, undefined, { tags: [pinned(version), ...tags], touchedAtMs: TAKEN_AT_MS - 60_000 })
  expect(judge({ images: [pulled('v1'), pulled('new')] })).toEqual([
    '- v1: no archived release and no service has it',
    '= new: pulled, built or tagged 1 minute ago',
  ])
  expect(judge({ images: [pulled('v1', 'ghcr.io/acme/shop:test')] })).toEqual([
    '= v1: pulled, built or tagged 1 minute ago',
  ])
})

test('what another environment of the same dray.yml has just pulled stays, although this one had it long ago', () => {
  const services = [
    ...needed().services,
    { service: 'staging_web', stack: 'staging', images: [pinned('v3')] },
  ]
  const images = [stored('v1', undefined, { touchedAtMs: TAKEN_AT_MS - 60_000 })]
  expect(judge({ images }, { services, knownStacks: new Set(['staging']) })[0]).toMatch(
    /^= v1: pulled, built/,
  )
  expect(judge({ images })[0]).toMatch(/^- v1/)
})
