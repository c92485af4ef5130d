import { expect, test } from 'vitest'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { toHex } from '../../../../support/to-hex.ts'

const app = fakeApp([fakeService('api'), fakeService('web'), fakeService('job'), fakeProxy()])
const port = ':1F40'
const listening = `0: 00000000${port} 00000000:0000 0A 0`

/** Release r1 of the app runs; v2 is wanted. `callers` are connected to api, which lists those that it knows. */
async function calledBy(callers: readonly string[], gateway?: readonly string[]): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  world.app = withTag(app, 'v2')
  const { containers } = world.host
  const addressOf = (id: string) => toHex(containers.get(id).networks[0]?.address ?? '')
  const networks = containers.get('api-1').networks.map((it) => ({ ...it, address: '10.0.0.99' }))
  if (gateway) {
    const container = { id: 'x', name: 'gateway', command: gateway, networks } as unknown as Container
    world.host.neighbours = [{ project: 'edge', container }]
  }
  const accepted = [...callers.map(addressOf), ...(gateway ? [toHex('10.0.0.99')] : [])]
  world.host.connections = (id) => {
    if (id === 'job-1') return `1: ${addressOf('job-1')}:A111 ${addressOf('api-1')}${port} 06 0`
    if (id !== 'api-1') return ''
    return [listening, ...accepted.map((it, at) => `1: 0100000A${port} ${it}:A00${at} 01 0`)].join('\n')
  }
  return world
}

const warningsOf = async (world: FakeWorld) =>
  (await world.plan()).warnings.filter((it) => it.includes('requests'))

test('services that call a rolled one directly are named, whichever side lists the connection', async () => {
  expect(await warningsOf(await calledBy(['web-1', 'nginx-1']))).toEqual([
    'web, job send requests to api directly: over connections that stay open, some may fail when its old container stops, unless it finishes them.',
  ])
})

test.each([
  [
    ['node', 'main.js'],
    'job, container gateway of project edge send requests to api directly: over connections that stay open, some may fail when its old container stops, unless it finishes them.',
  ],
  [
    ['nginx'],
    'Container gateway of project edge (nginx) sends requests to api: the deploy fails if none reaches the new container.',
  ],
])('a container of another project that runs %j is named', async (command, warning) => {
  expect(await warningsOf(await calledBy([], command))).toContain(warning)
})

test('of a service that is recreated only a proxy that keeps its address is named', async () => {
  const world = await calledBy(['web-1'], ['nginx'])
  world.desired = { ...world.desired, rollout: { api: 'recreate' } }
  expect(await warningsOf(world)).toEqual([
    'Container gateway of project edge (nginx) sends requests to api and may keep its old address: reload it after the deploy.',
  ])
})

test('the connections that are open when the old container stops are counted', async () => {
  const world = await calledBy(['web-1', 'web-1'])
  await world.deploy()
  const results = world.events.flatMap((it) => (it.type === 'step.finished' ? [it.result] : []))
  expect(results).toContain('1 stopped, 2 connections of web open')
})

test('callers get the new containers by name, and the old ones until these are healthy', async () => {
  const world = await calledBy(['web-1'])
  world.desired = { ...world.desired, rollout: { web: 'recreate' } }
  world.takeLog()
  await world.deploy()
  expect(world.takeLog()).toMatchInlineSnapshot(`
    [
      "pin web to api-1",
      "pin job to api-1",
      "place docker-compose.yml docker-compose.override.yml",
      "pull api:v2",
      "pull web:v2",
      "pull job:v2",
      "tag api:v2",
      "tag web:v2",
      "tag job:v2",
      "up beside api=2 job=2",
      "up force-recreate web=1",
      "turn nginx to api-2, web-2, job-2",
      "pin web to api-2",
      "pin job to api-2",
      "pin job to api-2",
      "stop job-1",
      "stop api-1",
      "unpin job",
      "unpin web",
      "unpin job",
      "record r2",
      "remove api-1",
      "remove job-1",
    ]
  `)
})

test('after a failure callers get the old containers again', async () => {
  const world = await calledBy(['web-1'])
  world.takeLog()
  world.host.when('stop api-1', () => {
    throw new Error('not today')
  })
  expect(await world.failure()).toMatchObject({ serving: 'Release r1 is serving, as before.' })
  const log = world.takeLog()
  expect(log.slice(log.indexOf('restore'))).toMatchInlineSnapshot(`
    [
      "restore",
      "start api-1",
      "start web-1",
      "start job-1",
      "turn nginx to api-1, web-1, job-1",
      "pin web to api-1",
      "pin job to api-1",
      "stop api-2",
      "stop web-2",
      "stop job-2",
      "remove api-2",
      "remove web-2",
      "remove job-2",
      "unpin web",
      "unpin job",
    ]
  `)
})

test('a caller that ends meanwhile fails nothing', async () => {
  const world = await calledBy(['web-1'])
  const { connections } = world.host
  world.host.when('pin web to api-2', () => {
    world.host.connections = (id) => {
      if (id === 'web-1') throw new Error('it is not running')
      return connections(id)
    }
  })
  await world.deploy()
  expect(world.host.running).toContain('api:v2')
})

test('idle connections of callers are closed where dray may', async () => {
  const world = await calledBy(['web-1'])
  world.host.forwardObstacle = undefined
  await world.deploy()
  expect(world.takeLog()).toContain('drain api-1')
})

test('a caller without a shell is left with what DNS returns', async () => {
  const world = await calledBy(['web-1'])
  world.host.when('pin web', () => {
    throw new Error('no shell')
  })
  await world.deploy()
  const results = world.events.flatMap((it) => (it.type === 'step.finished' ? [it.result] : []))
  expect(results).toContain('web keeps what DNS returns')
  expect(world.host.running).toContain('api:v2')
})
