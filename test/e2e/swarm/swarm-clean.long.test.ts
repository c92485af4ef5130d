import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonLineOf } from '../../../src/cli/command/json-line.ts'
import type { HostCheckup } from '../../../src/operations/doctor/checkup.ts'
import { nodeNames, startSwarmApp, type NodeName, type SwarmApp } from '../../support/app/swarm-app.ts'
import type { TestApp } from '../../support/app/test-app.ts'
import { formSwarm } from '../../support/net/form-swarm.ts'

const backend = 'ghcr.io/acme/shop-backend'
const broken = 'v2-exits-at-once'
let swarm: SwarmApp
let app: TestApp
/** The image of each version that was deployed, `repo@sha256:…`. */
const images: Record<string, string> = {}
const server = (name: NodeName) => swarm.server(name)

beforeAll(async () => {
  swarm = await startSwarmApp({ nodes: ['m2', 'w1'], keep: 2 })
  app = swarm.app
  await formSwarm([server('m1'), server('m2'), server('m3')], [server('w1')])
  // Swarm keeps the containers of so many ended tasks, which use their images.
  await server('m1').docker('swarm', 'update', '--task-history-limit', '0')
  for (const tag of ['v1', broken, 'v2', 'v3']) {
    const { plan } = await (tag === broken ? app.deploy(tag) : app.mustDeploy(tag))
    const pulls = (plan?.steps ?? []).filter((step) => step.kind === 'pull-on-nodes')
    images[tag] = pulls.find(({ name }) => name.startsWith(backend))?.name ?? ''
  }
})

afterAll(() => swarm[Symbol.asyncDispose]())

/** The versions that a node has. */
async function versionsOn(name: NodeName): Promise<string[]> {
  const format = ['--format', '{{.Repository}}@{{.Digest}}']
  const listed = await server(name).docker('image', 'ls', '--digests', '--no-trunc', ...format, backend)
  const known = Object.entries(images)
  return listed
    .split('\n')
    .map((image) => known.find(([, it]) => it === image)?.[0] ?? image)
    .sort()
}

async function versionsOnAll(): Promise<string[][]> {
  return Promise.all(nodeNames.map(versionsOn))
}

const all = ['v1', 'v2', broken, 'v3']
const kept = ['v2', 'v3']

type Line = { host: string; unreadNodes?: string[]; removed: { names: string[] }[] }
const linesOf = (stdout: string): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

test('a dry run lists the images on each listed node, and names the node that dray does not reach', async () => {
  expect(await versionsOnAll()).toEqual([all, all, all, all])
  const { exitCode, stdout } = await app.dray(['clean', 'test', '--dry-run', '--json'])
  expect(exitCode).toBe(0)
  const lines = linesOf(stdout)
  expect(lines.map(({ host }) => host)).toEqual(
    ['m1', 'm2', 'w1'].map((it) => server(it as NodeName).sshTarget),
  )
  for (const { removed, unreadNodes } of lines) {
    expect(unreadNodes).toEqual(['m3'])
    expect(removed.flatMap(({ names }) => names).sort()).toEqual([images['v1'], images[broken]].sort())
  }
  expect(await versionsOnAll()).toEqual([all, all, all, all])
})

test('an image that a service of the swarm may start on a node stays, and so does its repository', async () => {
  const m1 = server('m1')
  const service = ['--name', 'other', '--replicas', '0', '--no-resolve-image', images['v1']!]
  await m1.docker('service', 'create', '--detach', ...service)
  const { exitCode, stdout } = await app.dray(['clean', 'test', '--host', 'w1'])
  await m1.docker('service', 'rm', 'other')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('service other may start it here')
  expect(stdout).toContain('service other runs this repository too')
  expect(await versionsOnAll()).toEqual([all, all, all, all])
})

test('clean removes from the manager and the listed nodes what no archived release has', async () => {
  const { exitCode, stdout, stderr } = await app.dray(['clean', 'test'])
  expect({ exitCode, stderr: stderr.replace(/\s+/g, ' ') }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Not cleaned: node m3,') as string,
  })
  expect(stdout).toContain('release r3')
  expect(await versionsOnAll()).toEqual([kept, kept, all, kept])
  const journal = await app.readOnServer('.dray/journal.ndjson')
  expect(journal).toMatch(/"event":"disk\.cleaned".* on deploy@/)
  const again = await app.dray(['clean', 'test'])
  expect(again.stdout).toContain('nothing to remove')
})

test('every archived release can be put back, and tasks can move, with the registry gone', async () => {
  await swarm.net.registry.refuseConnections()
  const m1 = server('m1')
  const drain = (name: NodeName, availability: string) =>
    m1.docker('node', 'update', '--availability', availability, name)
  try {
    for (const version of kept) {
      expect((await app.rollback(version)).failure).toBeUndefined()
      await expect.poll(() => app.version()).toBe(version)
    }
    await drain('m2', 'drain')
    await drain('m3', 'drain')
    await expect
      .poll(async () =>
        (await swarm.tasks()).map(({ node }) => node).filter((it) => it !== 'm1' && it !== 'w1'),
      )
      .toEqual([])
    await expect.poll(async () => (await swarm.tasks()).length).toBe(2)
  } finally {
    await drain('m2', 'active')
    await drain('m3', 'active')
    await swarm.net.registry.clearFaults()
  }
})

test('disk reads the listed nodes, and its JSON has those that were not read', async () => {
  const { exitCode, stdout } = await app.dray(['disk', 'test', '--json'])
  expect(exitCode).toBe(0)
  const lines = linesOf(stdout) as unknown as {
    host: string
    shares: { name: string }[]
    fileSystems: object[]
  }[]
  expect(linesOf(stdout).map(({ unreadNodes }) => unreadNodes)).toEqual([['m3'], ['m3'], ['m3']])
  for (const { shares, fileSystems } of lines) {
    expect(shares.filter(({ name }) => name.startsWith('release r'))).not.toEqual([])
    expect(fileSystems).not.toEqual([])
  }
})

test('exec runs in a task on a listed node, and doctor reaches the nodes', async () => {
  const m1 = server('m1')
  await m1.docker('node', 'update', '--availability', 'drain', 'm1')
  await m1.docker('node', 'update', '--availability', 'drain', 'm3')
  try {
    await expect
      .poll(async () => (await swarm.tasks()).filter(({ node }) => node === 'm1' || node === 'm3'))
      .toEqual([])
    await expect
      .poll(() => app.dray(['exec', 'test', 'backend', '--user', '0', 'id', '-u']))
      .toMatchObject({ exitCode: 0, stdout: '0\n' })
  } finally {
    await m1.docker('node', 'update', '--availability', 'active', 'm1')
    await m1.docker('node', 'update', '--availability', 'active', 'm3')
  }
  const doctor = await app.dray(['doctor', 'test', '--tag', 'v3', '--json'])
  const { hosts } = JSON.parse(doctor.stdout) as { hosts: HostCheckup[] }
  expect(hosts[0]?.checks).toContainEqual({ name: 'node-access', outcome: 'ok', value: '2 of 2 reached' })
})

test('as a hook, it cleans the nodes after each deploy', async () => {
  const file = await readFile(join(app.directory, 'dray.yml'), 'utf8')
  const hooks = { after: 'dray clean "$DRAY_ENVIRONMENT"' }
  await app.writeSource({ 'dray.yml': JSON.stringify({ ...(JSON.parse(file) as object), hooks }) })
  await app.mustDeploy('v1')
  await app.writeSource({ 'dray.yml': file })
  expect(await versionsOnAll()).toEqual([['v1', 'v3'], ['v1', 'v3'], all, ['v1', 'v3']])
})

test('a listed server that left the swarm is named, and the other nodes are cleaned', async () => {
  const pulled = images['v2']!
  await swarm.net.registry.makePublic('acme/shop-backend')
  await server('m2').docker('pull', pulled)
  await server('w1').docker('swarm', 'leave')
  const { exitCode, stderr, stdout } = await app.dray(['clean', 'test'])
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('SWARM_NODE_OTHER')])
  expect(stderr.replace(/\s+/g, ' ')).toContain('w1')
  expect(stdout).toContain('Removed:')
  expect(await versionsOn('m2')).toEqual(['v1', 'v3'])
  const doctor = await app.dray(['doctor', 'test', '--tag', 'v3'])
  expect(doctor.stdout).toContain('1 of 2 reached')
})

test('remove takes images, containers and volumes from the listed nodes, and keeps the records while one of them fails', async () => {
  const [m2, w1] = [server('m2'), server('w1')]
  const volume = (stack: string) =>
    m2.docker('volume', 'create', '--label', `com.docker.stack.namespace=${stack}`, `${stack}_data`)
  await Promise.all([volume('shop'), volume('blog')])
  await m2.docker(
    'create',
    '--name',
    'shop_web.1.old',
    '--label',
    'com.docker.stack.namespace=shop',
    images['v1']!,
  )
  const [onW1, onM3] = await Promise.all([versionsOn('w1'), versionsOn('m3')])

  const planned = await app.dray(['remove', 'test', '--dry-run'])
  expect([planned.exitCode, planned.stderr]).toEqual([3, expect.stringContaining('SWARM_NODE_OTHER')])
  expect(planned.stdout).toContain(`To be removed from ${m2.sshTarget}:`)
  expect(planned.stdout).toMatch(/volume +shop_data +removed only with --volumes/)
  expect(planned.stdout).toContain('on nodes m3, w1, to which dray is not connected')
  const failed = await app.dray(['remove', 'test', '--volumes', '--yes'])
  expect([failed.exitCode, failed.stderr]).toEqual([4, expect.stringContaining('REMOVAL_INCOMPLETE')])
  expect(failed.stderr.replace(/\s+/g, ' ')).toContain(`${w1.sshTarget} is in no swarm`)
  expect(await server('m1').docker('service', 'ls', '--quiet')).toBe('')
  expect(await versionsOnAll()).toEqual([[''], [''], onM3, onW1])
  expect(await m2.docker('ps', '--all', '--quiet', '--filter', 'name=shop_')).toBe('')
  expect(await m2.docker('volume', 'ls', '--format', '{{.Name}}')).toBe('blog_data')

  const file = JSON.parse(await readFile(join(app.directory, 'dray.yml'), 'utf8')) as {
    environments: { test: { nodes: string[] } }
  }
  file.environments.test.nodes = [m2.sshTarget]
  await app.writeSource({ 'dray.yml': JSON.stringify(file) })
  const done = await app.dray(['remove', 'test', '--volumes', '--yes', '--json'])
  expect(done.exitCode).toBe(0)
  const [line] = done.stdout
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it) as JsonLineOf<'remove'>)
  expect(line).toMatchObject({ unreadNodes: expect.arrayContaining(['m3']) as string[], entries: ['.env'] })
  expect(line?.nodes?.map(({ host, going }) => [host, going])).toEqual([
    [server('m1').sshTarget, []],
    [m2.sshTarget, []],
  ])
})
