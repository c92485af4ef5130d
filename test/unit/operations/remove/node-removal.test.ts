import { expect, test } from 'vitest'
import type { ServiceImages } from '../../../../src/deploy/model/cluster.ts'
import type { DiskInventory } from '../../../../src/deploy/model/disk/inventory.ts'
import { RECORD_FORMAT } from '../../../../src/deploy/model/record-format.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import {
  planNodes,
  type NodeOutcome,
  type PlannedNodes,
  type RemovalNodes,
} from '../../../../src/operations/remove/node-removal.ts'
import { fakeDigest } from '../../../support/fake-app.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  GB,
  TAKEN_AT_MS,
} from '../../../support/fake-disk.ts'
import { FakeHost } from '../../../support/fake-host.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const pinned = (version: string) => `ghcr.io/acme/shop@${fakeDigest(version)}`
const other = `ghcr.io/acme/blog@${fakeDigest('blog')}`
const ofShop = { project: 'shop', isOfStack: true }
const ended = { ...ofShop, isUp: false, idleSinceMs: TAKEN_AT_MS }
const stack = { project: 'shop', going: ['shop_web'], staying: [] as string[] }
const { signal } = new AbortController()

/** Versions v1 and v2 of the app, and an image of another; a task that runs v2, one that ended, and one of another stack. */
function node(name: string): FakeHost {
  const host = new FakeHost(name)
  const images = { v1: pinned('v1'), v2: pinned('v2'), blog: other }
  host.images = Object.entries(images).map(([id, digest]) => ({
    id,
    tags: [],
    digests: [digest],
    sizeBytes: GB,
    createdAtMs: 0,
  }))
  host.disk.content = fakeInventory({
    images: Object.entries(images).map(([id, digest]) =>
      fakeStoredImage(id, { tags: [], digests: [digest], touchedAtMs: TAKEN_AT_MS }),
    ),
    containers: [
      fakeStoredContainer('shop_web.1.now', { ...ofShop, imageId: 'v2' }),
      fakeStoredContainer('shop_web.1.old', { ...ended, imageId: 'v1', volumes: ['shop_data'] }),
      fakeStoredContainer('blog_web.1.old', { ...ended, project: 'blog', imageId: 'blog' }),
    ],
    volumes: [
      fakeVolume('shop_data', ofShop),
      fakeVolume('compose_data', { project: 'shop' }),
      fakeVolume('blog_data', { ...ofShop, project: 'blog' }),
    ],
  })
  // What is removed is gone from the next inventory.
  const { disk } = host
  disk.inventory = async () => {
    disk.asked += 1
    const { images, containers, volumes, ...content } = disk.content
    return {
      ...content,
      images: images.filter(({ id }) => host.images.some((it) => it.id === id)),
      containers: containers.filter(({ id }) => !host.log.includes(`remove-idle ${id}`)),
      volumes: volumes.filter((it) => !host.log.includes(`remove-volume ${it.name}`)),
    }
  }
  return host
}

/** The manager m1 with release v2 and v1 in the journal, and the worker w1. */
function swarm() {
  const [m1, w1] = [node('m1'), node('w1')]
  const service = fakeRelease().services['web']
  if (service === undefined) throw new Error('The fake release has no web.')
  m1.releases = [fakeRelease({ services: { web: { ...service, image: pinned('v2') } } })]
  m1.journal.push({
    version: RECORD_FORMAT,
    at: 0,
    release: 'r6',
    event: 'deploy.started',
    images: { web: pinned('v1') },
  })
  const services: ServiceImages[] = [{ service: 'shop_web', stack: 'shop', images: [pinned('v2')] }]
  const nodes: RemovalNodes = {
    manager: { archive: m1.archive, cluster: { serviceImages: async () => services }, others: [] },
    nodes: [m1, w1].map(({ name, engine }) => ({ name, nodeName: name, engine, measure: async () => [] })),
    failures: [],
    unread: [],
  }
  /** The services of the stack are gone, and Swarm has removed the containers of their tasks, with others that `left` lacks. */
  const stop = (left: (container: DiskInventory['containers'][number]) => boolean = () => false): void => {
    services.splice(0, 1)
    for (const { disk } of [m1, w1]) {
      const containers = disk.content.containers.filter((it) => it.project !== 'shop' || left(it))
      disk.content = { ...disk.content, containers: containers.map((it) => ({ ...it })) }
    }
  }
  return { m1, w1, services, nodes, stop }
}

const plan = (nodes: RemovalNodes, more: { volumes?: boolean; staying?: string[] } = {}) =>
  planNodes(nodes, {
    stack: { ...stack, ...(more.staying && { staying: more.staying, going: [] }) },
    wish: { volumes: more.volumes ?? false },
    signal,
  })
const carryOut = (planned: PlannedNodes, stop = signal): Promise<NodeOutcome[]> =>
  Promise.all(planned.planned.map((it) => it.remove({ clock: new FakeClock(), stop })))
const short = (things: readonly { kind: string; name: string; reason?: string }[]) =>
  things.map(({ kind, name, reason }) =>
    [kind, name.replace(fakeDigest('v1').slice(0, 19), 'v1').replace(fakeDigest('v2').slice(0, 19), 'v2')]
      .concat(reason ?? [])
      .join(' '),
  )
const idsOf = ({ images }: FakeHost): string[] => images.map(({ id }) => id)

test('each node loses the images of the app, also those in use and pulled just now, and ended containers', async () => {
  const { nodes, m1, w1 } = swarm()
  const { planned, failures, unread } = await plan(nodes)
  expect([failures, unread, m1.log, w1.log]).toEqual([[], [], [], []])
  expect(planned.map((it) => it.plan.host)).toEqual(['m1', 'w1'])
  for (const { going, staying } of planned.map((it) => it.plan)) {
    expect(short(going)).toEqual([
      'container shop_web.1.old',
      'image ghcr.io/acme/shop@v1',
      'image ghcr.io/acme/shop@v2',
    ])
    expect(short(staying)).toEqual(['volume shop_data removed only with --volumes'])
  }
})

test('with --volumes, volumes with the label of the stack go, unless a container or a service uses them', async () => {
  const { nodes, services, w1 } = swarm()
  const volumesOf = async (staying?: string[]) =>
    (await plan(nodes, { volumes: true, ...(staying && { staying }) })).planned.map((it) =>
      [...it.plan.going, ...it.plan.staying].filter(({ kind }) => kind === 'volume'),
    )
  expect((await volumesOf()).map(short)).toEqual([['volume shop_data'], ['volume shop_data']])
  w1.disk.content = {
    ...w1.disk.content,
    containers: [fakeStoredContainer('backup', { volumes: ['shop_data'] })],
  }
  expect((await volumesOf()).map(short)).toEqual([
    ['volume shop_data'],
    ['volume shop_data used by container backup'],
  ])
  services.push({ service: 'backup', images: [], volumes: ['shop_data'] })
  expect((await volumesOf()).map(short)[0]).toEqual(['volume shop_data service backup may use it here'])
  expect((await volumesOf(['shop_db'])).map(short)[0]).toEqual([
    'volume shop_data service shop_db of the same stack stays',
  ])
})

test('what another service, stack or environment needs stays', async () => {
  const { nodes, services, m1, stop } = swarm()
  const web = m1.releases[0]?.services['web']
  if (web === undefined) throw new Error('The release has no web.')
  services.push({ service: 'staging_web', stack: 'staging', images: [pinned('v2')] })
  const images = async (it: RemovalNodes) => {
    const [first] = (await plan(it)).planned
    return short((first?.plan.staying ?? []).filter(({ kind }) => kind === 'image'))
  }
  expect(await images(nodes)).toEqual([
    'image ghcr.io/acme/shop@v1 stack staging runs this repository too, and may need it for a rollback',
    'image ghcr.io/acme/shop@v2 service staging_web may start it here',
  ])
  const staging = fakeRelease({
    id: 'r2',
    project: 'staging',
    services: { web: { ...web, image: pinned('v1') } },
  })
  const known = { ...nodes, manager: { ...nodes.manager, others: [[staging]] } }
  expect((await images(known))[0]).toBe('image ghcr.io/acme/shop@v1 release r2 of stack staging')
  const planned = await plan(known)
  stop()
  expect((await carryOut(planned)).map(({ removed, problems }) => [removed, problems])).toEqual([
    [[], []],
    [[], []],
  ])
})

test('it waits for Swarm to remove the containers, and removes what Swarm has forgotten', async () => {
  const { nodes, m1, w1, stop } = swarm()
  const planned = await plan(nodes, { volumes: true })
  stop(({ name }) => name === 'shop_web.1.old')
  const looks = w1.disk.asked
  const [first, second] = await carryOut(planned)
  expect([first?.problems, second?.problems]).toEqual([[], []])
  expect(short(second?.removed ?? [])).toEqual([
    'container shop_web.1.old',
    'image ghcr.io/acme/shop@v1',
    'image ghcr.io/acme/shop@v2',
    'volume shop_data',
  ])
  expect(w1.disk.asked - looks).toBeGreaterThan(5)
  expect([idsOf(m1), idsOf(w1)]).toEqual([['blog'], ['blog']])
  expect(w1.log.map((line) => line.split(' ')[0])).toEqual([
    'remove-idle',
    'remove-image',
    'remove-image',
    'remove-volume',
  ])
})

test('a node that fails does not stop the others, and is named, with what was removed from it', async () => {
  const { nodes, m1, w1, stop } = swarm()
  const planned = await plan(nodes)
  stop()
  w1.failWhen(`remove-image ${pinned('v2')}`, new DrayError('DOCKER_FAILED', 'Not today.'))
  const [first, second] = await carryOut(planned)
  expect([idsOf(m1), idsOf(w1)]).toEqual([['blog'], ['v2', 'blog']])
  expect(first?.problems).toEqual([])
  expect(second?.problems).toEqual([
    'w1: Not today.',
    expect.stringMatching(/^Removed from w1 until then: image ghcr\.io\/acme\/shop@sha256:\w{12}\.$/),
  ])
  expect((await plan(nodes)).planned.map((it) => short(it.plan.going)).at(-1)).toContain(
    'image ghcr.io/acme/shop@v2',
  )
})

test('what got a user since the plan stays, and is a problem', async () => {
  const { nodes, services, w1, stop } = swarm()
  const planned = await plan(nodes, { volumes: true })
  stop()
  w1.disk.content = {
    ...w1.disk.content,
    containers: [fakeStoredContainer('backup', { volumes: ['shop_data'] })],
  }
  services.push({ service: 'late', images: [pinned('v2')] })
  const [, second] = await carryOut(planned)
  expect(second?.problems.map((it) => it.replace(/sha256:\w+/, ''))).toEqual([
    'image ghcr.io/acme/shop@ on w1: service late runs this repository too, and may need it for a rollback',
    'image ghcr.io/acme/shop@ on w1: service late may start it here',
    'volume shop_data on w1: used by container backup',
  ])
  expect(w1.log).toEqual([])
})

test('a container that still runs is in the way of its image', async () => {
  const { nodes, w1, stop } = swarm()
  const planned = await plan(nodes)
  stop(({ name }) => name === 'shop_web.1.now')
  const [, second] = await carryOut(planned)
  expect(second?.problems.map((it) => it.replace(/sha256:\w+/, ''))).toEqual([
    'image ghcr.io/acme/shop@ on w1: used by container shop_web.1.now',
  ])
  expect(idsOf(w1)).toEqual(['v2', 'blog'])
})

test('a node that cannot be read is a failure of its own, and unread', async () => {
  const { nodes, w1 } = swarm()
  w1.disk.inventory = async () => {
    throw new DrayError('DOCKER_FAILED', 'Not today.')
  }
  const listed = {
    ...nodes,
    failures: [new DrayError('HOST_UNREACHABLE', 'w2 is away.')],
    unread: ['w2', 'a3'],
  }
  const { planned, failures, unread } = await plan(listed)
  expect(planned.map((it) => it.plan.host)).toEqual(['m1'])
  expect(failures).toMatchObject([{ message: 'w2 is away.' }, { message: 'w1: Not today.' }])
  expect(unread).toEqual(['a3', 'w1', 'w2'])
})

test('a deploy whose stack is not known takes nothing from the nodes', async () => {
  const { nodes } = swarm()
  const wanted = { stack: { ...stack, project: '' }, wish: { volumes: true }, signal }
  expect((await planNodes(nodes, wanted)).planned).toEqual([])
})

test('an interrupt ends it, with what was removed until then', async () => {
  const { nodes, w1, stop } = swarm()
  const planned = await plan(nodes, { volumes: true })
  stop()
  const interrupt = new AbortController()
  w1.when(`remove-image ${pinned('v2')}`, () => interrupt.abort(new DrayError('CANCELLED', 'Stopped.')))
  const outcomes = await carryOut(planned, interrupt.signal)
  expect(outcomes[1]?.problems).toEqual([
    expect.stringMatching(/^Removed from w1 until then: image .*, image /),
  ])
  expect(w1.log.some((line) => line.startsWith('remove-volume'))).toBe(false)
})
