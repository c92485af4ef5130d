import { expect, test } from 'vitest'
import type { ServiceImages } from '../../../../src/deploy/model/cluster.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { RECORD_FORMAT } from '../../../../src/deploy/model/record-format.ts'
import {
  cleanNodes,
  observeNodes,
  planNodeCleaning,
  type DiskManager,
  type DiskNode,
} from '../../../../src/operations/disk/swarm-disk.ts'
import { fakeDigest } from '../../../support/fake-app.ts'
import {
  fakeFileSystem,
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  GB,
} from '../../../support/fake-disk.ts'
import { FakeHost } from '../../../support/fake-host.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const pinned = (version: string) => `ghcr.io/acme/shop@${fakeDigest(version)}`

/** A node with three versions of the app: v2 is released, v1 was deployed before. */
function node(name: string): FakeHost {
  const host = new FakeHost(name)
  const versions = ['v1', 'v2', 'v3']
  host.images = versions.map((id) => ({
    id,
    tags: [],
    digests: [pinned(id)],
    sizeBytes: GB,
    createdAtMs: 0,
  }))
  host.disk.content = fakeInventory({
    images: versions.map((id) => fakeStoredImage(id, { tags: [], digests: [pinned(id)] })),
  })
  return host
}

/** The manager m1 and the worker w1; what services of the swarm have can be changed at any time. */
function swarm() {
  const [m1, w1] = [node('m1'), node('w1')]
  const service = fakeRelease().services['web']
  if (service === undefined) throw new Error('The fake release has no web.')
  const released = { ...service, image: pinned('v2'), digest: fakeDigest('v2') }
  m1.releases = [fakeRelease({ services: { web: released } })]
  m1.journal.push({
    version: RECORD_FORMAT,
    at: 0,
    release: 'r6',
    event: 'deploy.started',
    images: { web: pinned('v1'), odd: 5 },
  })
  const services: ServiceImages[] = [{ service: 'shop_web', stack: 'shop', images: [pinned('v2')] }]
  const manager: DiskManager = {
    archive: m1.archive,
    lock: (holder) => m1.lock(holder),
    cluster: { serviceImages: async () => services },
    others: [],
  }
  const nodes = [m1, w1].map((host): DiskNode => {
    const { name, engine } = host
    return { name, engine, measure: async () => [fakeFileSystem({ usedBytes: host.images.length * GB })] }
  })
  return { m1, w1, manager, nodes, services }
}

const request = () => ({
  app: 'shop',
  holder: { user: 'ann', machine: 'laptop', sinceMs: 5 },
  waitMs: 0,
  signal: new AbortController().signal,
})
const idsOf = ({ images }: FakeHost): string[] => images.map(({ id }) => id)

test('images that no release has are removed from every node, under the lock of the manager', async () => {
  const { m1, w1, manager, nodes } = swarm()
  const { results, failures } = await cleanNodes(manager, nodes, request())
  expect(failures).toEqual([])
  expect([idsOf(m1), idsOf(w1)]).toEqual([['v2'], ['v2']])
  expect(results.map(({ host, removed, retained }) => [host, removed.length, retained[0]?.reason])).toEqual([
    ['m1', 2, 'release r7'],
    ['w1', 2, 'release r7'],
  ])
  expect(results[1]?.fileSystemsAfter[0]?.usedBytes).toBe(GB)
  expect(m1.holder).toBeUndefined()
  expect(m1.journal.at(-1)).toMatchObject({
    event: 'disk.cleaned',
    release: 'r7',
    by: { user: 'ann' },
    removed: expect.arrayContaining([
      expect.stringMatching(/^images: ghcr\.io\/acme\/shop@sha256:\w{12} on w1$/),
    ]) as string[],
  })
})

test('a dry run lists the same, takes no lock and changes nothing', async () => {
  const { m1, w1, manager, nodes } = swarm()
  m1.holder = { user: 'mona', machine: 'ci', sinceMs: 0 }
  const { results } = await planNodeCleaning(manager, nodes, request())
  expect(results.map(({ removed }) => removed.map(({ id }) => id))).toEqual([
    ['v1', 'v3'],
    ['v1', 'v3'],
  ])
  expect([m1.log, w1.log]).toEqual([[], []])
  await expect(cleanNodes(manager, nodes, request())).rejects.toMatchObject({ code: 'LOCK_HELD' })
  expect([m1.log, w1.log]).toEqual([[], []])
})

test('a node that fails does not stop the others, and is named, with what was removed from it', async () => {
  const { m1, w1, manager, nodes } = swarm()
  w1.failWhen(`remove-image ${pinned('v3')}`)
  const { results, failures } = await cleanNodes(manager, nodes, request())
  expect(
    results.map(({ host, removed, isIncomplete }) => [host, removed.map(({ id }) => id), isIncomplete]),
  ).toEqual([
    ['m1', ['v1', 'v3'], undefined],
    ['w1', ['v1'], true],
  ])
  expect(results[1]?.retained.find(({ id }) => id === 'v3')?.reason).toBe('the clean-up ended early')
  expect(failures).toMatchObject([
    { code: 'DOCKER_FAILED', message: expect.stringMatching(/^w1: No remove-image/) as string },
  ])
  expect([idsOf(m1), idsOf(w1)]).toEqual([['v2'], ['v2', 'v3']])
  const journalled = m1.journal.at(-1)?.['removed'] as string[]
  expect(journalled.map((it) => it.replace(/:.* on/, ' on'))).toEqual([
    'images on m1',
    'images on m1',
    'images on w1',
  ])
})

test('a node that cannot be measured afterwards is named, with what was removed from it', async () => {
  const { manager, nodes } = swarm()
  const [first, second] = nodes
  let measured = 0
  const measure = async () => {
    measured += 1
    if (measured > 1) throw new DrayError('HOST_UNREACHABLE', 'w1 does not answer.')
    return []
  }
  const { results, failures } = await cleanNodes(manager, [first!, { ...second!, measure }], request())
  expect(results[1]).toMatchObject({ host: 'w1', fileSystemsAfter: [] })
  expect(results[1]?.removed).toHaveLength(2)
  expect(failures).toMatchObject([{ code: 'HOST_UNREACHABLE', message: 'w1 does not answer.' }])
})

test('after an interrupt, what was removed until then is reported, once', async () => {
  const { m1, w1, manager, nodes } = swarm()
  const interrupt = new AbortController()
  for (const host of [m1, w1]) {
    host.disk.content = { ...host.disk.content, containers: [fakeStoredContainer('left', { isUp: false })] }
  }
  w1.when('remove-image', () => interrupt.abort(new DrayError('CANCELLED', 'Stopped by SIGINT.')))
  const asked = { ...request(), signal: interrupt.signal }
  const { results, failures } = await cleanNodes(manager, nodes, asked)
  expect(results.find(({ host }) => host === 'w1')?.removed.map(({ id }) => id)).toEqual(['v1', 'v3'])
  expect(failures).toMatchObject([{ code: 'CANCELLED', message: 'Stopped by SIGINT.' }])
})

test('an image that a service got while the disk was measured stays', async () => {
  const { m1, manager, nodes, services } = swarm()
  const [first] = nodes
  if (first === undefined) throw new Error('There is no node.')
  const measuring = async () => {
    services.push({ service: 'blog_web', stack: 'blog', images: [pinned('v1')] })
    return []
  }
  const { results } = await cleanNodes(manager, [{ ...first, measure: measuring }], request())
  expect(idsOf(m1)).toEqual(['v1', 'v2', 'v3'])
  expect(results[0]?.retained.map(({ reason }) => reason)).toEqual([
    'service blog_web may start it here',
    'release r7',
    'stack blog runs this repository too, and may need it for a rollback',
  ])
})

test('the archived releases of another stack of dray.yml are kept, and let the others of its repository go', async () => {
  const { m1, manager, nodes, services } = swarm()
  const service = m1.releases[0]?.services['web']
  if (service === undefined) throw new Error('The release has no web.')
  services.push({ service: 'staging_web', stack: 'staging', images: [pinned('v4')] })
  const web = { ...service, image: pinned('v1') }
  const others = [[fakeRelease({ id: 'r2', project: 'staging', services: { web } })]]
  const { results } = await observeNodes({ ...manager, others }, nodes, request())
  expect(results[0]?.things.map(({ id, mayGo, reason }) => [id, mayGo, reason])).toEqual([
    ['v1', false, 'release r2 of stack staging'],
    ['v2', false, 'release r7'],
    ['v3', true, 'no archived release and no service has it'],
  ])
})

test('with nothing deployed, nothing of any app is removed', async () => {
  const { m1, w1, manager, nodes } = swarm()
  m1.releases = []
  m1.journal.length = 0
  const { results } = await cleanNodes(manager, nodes, request())
  expect(results.map(({ removed }) => removed)).toEqual([[], []])
  expect([m1.journal, w1.log]).toEqual([[], []])
})
