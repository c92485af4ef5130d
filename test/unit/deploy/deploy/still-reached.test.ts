import { describe, expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import { fakeApp, fakeService, withTag } from '../../../support/fake-app.ts'
import { toHex } from '../../../support/to-hex.ts'

const app = fakeApp([fakeService('backend')])
const row = (remotePort: string, state: string) => `0: 0100000A:1F40 6300000A:${remotePort} ${state} 0`
const listening = '0: 00000000:1F40 00000000:0000 0A 0\n'

/** Connections of the neighbour to each container, one more entry at every look. */
type Sent = Readonly<Record<string, (look: number, oldAddress: string) => string>>

/** Release r1 runs, v2 is wanted, and a container of another project is on the app's network. */
async function besides(command: readonly string[], sent: Sent): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  const networks = world.host.containers
    .get('backend-1')
    .networks.map((it) => ({ ...it, address: '10.0.0.99' }))
  const container = { id: 'x', name: 'gateway', command, networks } as unknown as Container
  world.host.neighbours = [{ project: 'edge', container }]
  const oldAddress = toHex(world.host.containers.get('backend-1').networks[0]?.address ?? '')
  const looks: Record<string, number> = {}
  world.host.connections = (id) => {
    looks[id] = (looks[id] ?? 0) + 1
    return listening + (sent[id]?.(looks[id], oldAddress) ?? '')
  }
  return world
}

const nginx = ['nginx', '-g', 'daemon off;']
const everNew = (look: number) => row((0xa000 + look).toString(16).toUpperCase(), '06')
const everClosed = (look: number, oldAddress: string) =>
  `0: 6300000A:${(0xa000 + look).toString(16).toUpperCase()} ${oldAddress}:1F40 06 0`
const once = () => row('A000', '06')
const open = () => row('A000', '01')
const none = () => ''
const warningsOf = (world: FakeWorld) => world.events.flatMap((it) => (it.type === 'note' ? [it.text] : []))

describe('an old container is not stopped while an nginx of another project', () => {
  test.each<[string, Sent]>([
    ['opens connections to it alone', { 'backend-1': everNew }],
    ['has a connection to it alone', { 'backend-1': open }],
    ['closes them first, so that only it has them listed', { x: everClosed }],
  ])('%s', async (_kind, sent) => {
    const world = await besides(nginx, sent)
    expect(await world.failure()).toMatchObject({
      code: 'STILL_REACHED',
      exitCode: 1,
      message:
        'Container gateway of project edge (nginx) still sends requests to the old container of backend, and none to the new one.',
      serving: 'Release r1 is running, as before.',
    })
    expect(world.host.running).toBe('backend:v1#backend-1')
  })
})

describe('an old container is stopped', () => {
  test.each<[string, readonly string[], Sent]>([
    ['if the nginx sends to the new one as well', nginx, { 'backend-1': everNew, 'backend-2': once }],
    ['if the nginx sent nothing to it', nginx, { 'backend-1': none, 'backend-2': none }],
    ['if what sends looks names up at every connection', ['caddy', 'run'], { 'backend-1': everNew }],
    ['if what sends is no proxy', ['node', 'main.js'], { 'backend-1': everNew }],
  ])('%s', async (_kind, command, sent) => {
    const world = await besides(command, sent)
    await world.deploy()
    expect(world.host.running).toBe('backend:v2#backend-2')
    expect(warningsOf(world)).toEqual([])
  })

  test('with a warning if the nginx sent requests to it before, and nothing since', async () => {
    const world = await besides(nginx, { 'backend-1': once, 'backend-2': none })
    await world.deploy()
    expect(warningsOf(world)).toEqual([
      'Container gateway of project edge (nginx) sent requests to the old containers of backend. It may not know the new ones.',
    ])
  })
})

/** The same, without a neighbour, and with connections of the host to both containers, which listen on its network. */
async function fromHost(
  sent: Readonly<Record<string, (look: number) => string>>,
  { isHidden = false } = {},
): Promise<FakeWorld> {
  const world = await besides(nginx, {})
  world.host.neighbours = []
  const { containers } = world.host
  const publishedPorts = isHidden ? [8000] : []
  containers.change('backend-1', { startedAtMs: -600_000, publishedPorts })
  const looks: Record<string, number> = {}
  world.host.hostConnections = ([address = '']) => {
    const id = containers.all.find((it) => it.networks[0]?.address === address)?.id ?? ''
    looks[id] = (looks[id] ?? 0) + 1
    const port = sent[id]?.(looks[id])
    return port === undefined ? listening : `${listening}0: 0100000A:${port} ${toHex(address)}:1F40 06 0\n`
  }
  return world
}

const changing = (look: number) => (0xb000 + look).toString(16).toUpperCase()
const same = () => 'B000'

describe('a process of the host', () => {
  test('that sends requests to the old container alone keeps it from being stopped', async () => {
    const world = await fromHost({ 'backend-1': changing })
    expect(await world.failure()).toMatchObject({
      code: 'STILL_REACHED',
      message:
        'A process on srv still sends requests to the old container of backend, and none to the new one.',
      hint: expect.stringContaining('`sudo ss -tnp dst 10.'),
    })
    expect(world.host.running).toBe('backend:v1#backend-1')
  })

  test.each<[string, Parameters<typeof fromHost>]>([
    ['if it sends to the new one as well', [{ 'backend-1': changing, 'backend-2': changing }]],
    [
      'if the container publishes a port, since its clients seem to be on the host',
      [{ 'backend-1': changing }, { isHidden: true }],
    ],
  ])('does not %s', async (_why, given) => {
    const world = await fromHost(...given)
    await world.deploy()
    expect(world.host.running).toContain('backend:v2')
    expect(warningsOf(world)).toEqual([])
  })

  test('that sent requests before, and none since, is named', async () => {
    const world = await fromHost({ 'backend-1': same })
    await world.deploy()
    expect(warningsOf(world)).toEqual([
      'A process on srv sent requests to the old containers of backend. It may not know the new ones.',
    ])
  })
})
