import { describe, expect, test } from 'vitest'
import { findLeft, planRemoval, type RemovalFacts } from '../../../../src/operations/remove/plan-removal.ts'
import type { RemovalWish } from '../../../../src/operations/remove/removal-plan.ts'
import { findUnrecorded } from '../../../../src/operations/remove/unrecorded-deploy.ts'
import { renderRemoval } from '../../../../src/ui/render/results/render-removal.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
} from '../../../support/fake-disk.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const network = (name: string, project: string | undefined) => ({
  id: `id-${name}`,
  name,
  project,
  createdAtMs: 0,
})
const ours = { project: 'shop', directory: '/srv/shop' }
const tag = (image: string, project = 'shop'): string => `${image}:dray-${project}-0123456789ab`

const facts: RemovalFacts = {
  host: 'srv',
  path: '/srv/shop',
  isSource: false,
  externals: [{ kind: 'volume', name: 'precious', services: ['db'] }],
  release: fakeRelease({
    project: 'shop',
    files: {
      'docker-compose.yml': 'a'.repeat(64),
      'docker-compose.override.yml': 'b'.repeat(64),
      'nginx/app.conf': 'c'.repeat(64),
      gone: 'd'.repeat(64),
    },
  }),
  inventory: fakeInventory({
    containers: [
      fakeStoredContainer('shop-backend-1', { ...ours, volumes: ['nameless'], networks: ['shop_default'] }),
      fakeStoredContainer('shop-old-1', { ...ours, isUp: false }),
      fakeStoredContainer('blog-web-1', { project: 'blog', directory: '/srv/blog', volumes: ['of-blog'] }),
      fakeStoredContainer('traefik', { networks: ['shop_edge'], imageId: 'used' }),
      fakeStoredContainer('blog-nginx-1', { project: 'blog', directory: '/srv/blog', imageId: 'shared' }),
    ],
    networks: [network('shop_default', 'shop'), network('shop_edge', 'shop'), network('edge', undefined)],
    volumes: [
      fakeVolume('shop_data', { project: 'shop' }),
      fakeVolume('precious', { project: 'shop' }),
      fakeVolume('nameless', { isAnonymous: true }),
      fakeVolume('of-blog', { isAnonymous: true }),
      fakeVolume('foreign'),
    ],
    images: [
      fakeStoredImage('own', { tags: [tag('acme/shop')], digests: ['acme/shop@sha256:1'] }),
      fakeStoredImage('shared', { tags: [tag('nginx'), 'nginx:alpine'], digests: ['nginx@sha256:2'] }),
      fakeStoredImage('used', { tags: [tag('traefik')] }),
      fakeStoredImage('of-blog', { tags: [tag('nginx', 'blog')] }),
    ],
  }),
  survey: {
    hashes: new Map([
      ['docker-compose.yml', 'a'.repeat(64)],
      ['docker-compose.override.yml', 'b'.repeat(64)],
      ['nginx/app.conf', 'another content'],
    ]),
    written: ['docker-compose.override.yml'],
    envFiles: ['.env', '.env.before-1'],
    outside: [],
    unwritable: [],
    hasAdopted: true,
    hasRecords: true,
    isCheckout: false,
    entries: [],
    otherDirectories: [{ project: 'blog', service: 'web', path: '/srv/blog' }],
  },
}
const nothing = { volumes: false, env: false }
const everything = { volumes: true, env: true }

const going = (changes: Partial<RemovalFacts>, wish: RemovalWish = nothing): string[] =>
  planRemoval({ ...facts, ...changes }, wish).going.map(({ kind, name }) => `${kind} ${name}`)
const staying = (changes: Partial<RemovalFacts>, wish: RemovalWish = nothing): string[] =>
  planRemoval({ ...facts, ...changes }, wish).staying.map(({ name, reason }) => `${name}: ${reason}`)

test('takes what belongs to the app and its releases; leaves data, .env, changed files and what others use', () => {
  const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })
  expect(renderRemoval(planRemoval(facts, nothing), style)).toMatchInlineSnapshot(`
    "To be removed from srv:
      container  shop-backend-1
      container  shop-old-1
      network    shop_default
      image      acme/shop:dray-shop-0123456789ab
      image      nginx:dray-shop-0123456789ab
      file       /srv/shop/docker-compose.yml
      file       /srv/shop/docker-compose.override.yml
      records    /srv/shop/.dray
    Stays on srv:
      network  shop_edge                       used by container traefik
      volume   shop_data                       removed only with --volumes
      volume   precious                        external
      volume   nameless                        removed only with --volumes
      image    traefik:dray-shop-0123456789ab  used by container traefik
      file     /srv/shop/nginx/app.conf        changed by hand
      file     /srv/shop/.env                  removed only with --env
      file     /srv/shop/.env.before-1         removed only with --env
      file     /srv/shop/.dray/adopted         copies of your files that dray replaced"
  `)
})

test('takes volumes and .env only with the options, each by name, and never external ones', () => {
  expect(going({}, everything)).toEqual(
    expect.arrayContaining(['volume shop_data', 'volume nameless', 'file .env', 'file .env.before-1']),
  )
  expect(staying({}, everything)).toContain('precious: external')
  expect(going({}, everything)).not.toContain('volume precious')
})

test('takes no volume if Compose cannot read which are external', () => {
  const plan = { externals: undefined }
  expect(going(plan, everything).filter((it) => it.startsWith('volume'))).toEqual([])
  expect(staying(plan, everything)).toContain('shop_data: Compose cannot read whether it is external')
})

test('leaves the containers of another directory with the same project, and everything named after it', () => {
  const { inventory, survey } = facts
  const namesake = fakeStoredContainer('shop-web-1', { project: 'shop', directory: '/srv/other' })
  const changes = {
    inventory: { ...inventory, containers: [...inventory.containers, namesake] },
    survey: { ...survey, otherDirectories: [{ project: 'shop', service: 'web', path: '/srv/other' }] },
  }
  expect(going(changes, everything)).toEqual([
    'container shop-backend-1',
    'container shop-old-1',
    'file docker-compose.yml',
    'file docker-compose.override.yml',
    'file .env',
    'file .env.before-1',
    'records .dray',
  ])
  expect(staying(changes, everything)).toEqual(
    expect.arrayContaining([
      'shop-web-1: of the same Compose project shop, from /srv/other',
      'shop_data: container shop-web-1 has the same Compose project',
      `${tag('acme/shop')}: container shop-web-1 has the same Compose project`,
    ]),
  )
})

test('takes a container from a directory that no longer exists, as a deploy does', () => {
  const moved = fakeStoredContainer('shop-web-1', { project: 'shop', directory: '/srv/before' })
  expect(going({ inventory: fakeInventory({ containers: [moved] }) })).toContain('container shop-web-1')
})

test('leaves what is of a stack of the same name, and is not kept from the app by it', () => {
  const ofStack = { project: 'shop', isOfStack: true }
  const inventory = fakeInventory({
    ...facts.inventory,
    containers: [...facts.inventory.containers, fakeStoredContainer('shop_web.1.abc', ofStack)],
    networks: [...facts.inventory.networks, { ...network('shop_overlay', 'shop'), isOfStack: true }],
    volumes: [...facts.inventory.volumes, fakeVolume('shop_of-stack', ofStack)],
  })
  expect(going({ inventory }, everything)).toEqual(going({}, everything))
  expect(staying({ inventory }, everything)).toEqual(staying({}, everything))
})

test('leaves a container with the label of the project that Compose did not start', () => {
  const byHand = fakeStoredContainer('by-hand', { project: 'shop' })
  const changes = { inventory: fakeInventory({ containers: [byHand] }) }
  expect(going(changes)).not.toContain('container by-hand')
  expect(staying(changes)).toContain('by-hand: of the same Compose project shop, not started by Compose')
})

test.each<Partial<RemovalFacts>>([{ isSource: true }, { survey: { ...facts.survey, isCheckout: true } }])(
  'leaves the source, and takes what dray wrote beside it',
  (changes) => {
    expect(going(changes)).toContain('file docker-compose.override.yml')
    expect(staying(changes)).toContain('docker-compose.yml: this is also the directory of the source')
  },
)

test('leaves a file behind a link that leads out of the directory', () => {
  const { survey } = facts
  const hashes = new Map([['nginx/app.conf', 'c'.repeat(64)]])
  expect(staying({ survey: { ...survey, hashes, outside: ['nginx/'] } })).toContain(
    'nginx/app.conf: a link leads out of the directory',
  )
})

describe('after a first deploy that recorded no release', () => {
  const at = { version: 1, at: 0, release: 'r1' } as const
  const images = { backend: 'acme/shop@sha256:1' }
  const release = findUnrecorded([
    { ...at, event: 'deploy.started', project: 'before', images },
    { ...at, event: 'deploy.started', project: 'shop', images },
    { ...at, event: 'deploy.finished', outcome: 'failed' },
  ])
  const left = { release, externals: undefined }

  test('takes its containers, networks, image tags and records', () => {
    expect(Object.keys(release.services)).toEqual(['backend'])
    expect(going(left, everything)).toEqual([
      'container shop-backend-1',
      'container shop-old-1',
      'network shop_default',
      `image ${tag('acme/shop')}`,
      `image ${tag('nginx')}`,
      'file .env',
      'file .env.before-1',
      'records .dray',
    ])
  })

  test('leaves the containers that a user started in its directory, and the network that they use', () => {
    const started = { ...ours, isPinned: false, networks: ['shop_default'] }
    const containers = [fakeStoredContainer('shop-web-1', started)]
    const inventory = { ...facts.inventory, containers }
    expect(going({ ...left, inventory })).toEqual(['records .dray'])
    expect(staying({ ...left, inventory })).toEqual(
      expect.arrayContaining([
        'shop-web-1: of the same Compose project shop, not started by dray',
        'shop_default: used by container shop-web-1',
      ]),
    )
    expect(going({ inventory })).toContain('container shop-web-1')
  })

  test.each([
    [[]],
    [[{ ...at, event: 'deploy.started' }]],
    [[{ ...at, event: 'env.changed', project: 'shop' }]],
  ])('takes only records if the journal names no project: %j', (journal) => {
    const none = { release: findUnrecorded(journal), externals: undefined }
    expect(going(none)).toEqual(['records .dray'])
  })
})

test('finds what is left of a plan', () => {
  const plan = planRemoval(facts, everything)
  const isWhole = findLeft(plan, facts)
  expect(isWhole).toEqual(plan.going)
  const survey = { ...facts.survey, hashes: new Map(), envFiles: [], hasRecords: false }
  expect(findLeft(plan, { inventory: fakeInventory(), survey })).toEqual([])
  const inventory = fakeInventory({
    images: [fakeStoredImage('x', { tags: [], digests: ['acme/shop@sha256:1'] })],
  })
  expect(findLeft(plan, { inventory, survey }).map(({ name }) => name)).toEqual([tag('acme/shop')])
})
