import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDeployResult } from '../../support/app/deploy-result.ts'
import { stackCompose } from '../../support/app/stack-compose.ts'
import { startDeployedSwarm, type NodeName, type SwarmApp } from '../../support/app/swarm-app.ts'
import { readSwarmStatus } from '../../support/app/swarm-status.ts'
import type { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'
import { joinSwarm } from '../../support/net/form-swarm.ts'

// Swarm itself reacts to a machine that is too busy: it replaces tasks whose health check was late, and elects leaders. So this
// runs alone, and not with all other tests.
let swarm: SwarmApp
let app: TestApp
const server = (name: NodeName) => swarm.server(name)

beforeAll(async () => {
  swarm = await startDeployedSwarm()
  app = swarm.app
})

afterAll(() => swarm[Symbol.asyncDispose]())

const updateState = () =>
  server('m1').docker('service', 'inspect', '--format', '{{.UpdateStatus.State}}', 'shop_backend')
const ids = async () => (await swarm.tasks()).map(({ id }) => id).sort()

/** Resolves when Swarm has begun to update the backend. */
async function updating(): Promise<void> {
  await expect.poll(updateState, { interval: 200 }).toBe('updating')
}

/** Moves all tasks from a node; resolves when they run elsewhere. */
async function drain(node: string): Promise<void> {
  await server('m1').docker('node', 'update', '--availability', 'drain', node)
  const replicas = () => server('m1').docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')
  await expect
    .poll(async () => [(await swarm.tasks()).some((it) => it.node === node), await replicas()])
    .toEqual([false, expect.stringContaining('shop_backend 2/2')])
}

test('an unhealthy release is undone: the tasks that served stay, and the paused update ends', async () => {
  const before = await ids()
  const { result, report } = await underLoad(app, {}, () => app.deploy('v2-never-healthy'))
  expectNoneFailed(report)
  expect(result.failure).toMatchObject({
    code: 'STACK_PAUSED',
    exitCode: 1,
    serving: 'Release r2 (v2) is serving, as before.',
  })
  expect(result.failure?.undone).toContain('backend has its old definition again')
  expect(await ids()).toEqual(before)
  expect(await updateState()).toBe('completed')
})

test('a rollback by Swarm itself is a failure with its reason, and the whole stack is undone', async () => {
  const before = await ids()
  const compose = stackCompose({ proxyNode: 'm1' })
  const own = compose.replace('monitor: 1s', 'monitor: 1s, failure_action: rollback')
  expect(own).not.toBe(compose)
  await app.writeSource({ 'docker-compose.yml': own })
  const { failure } = await app.deploy('v2-never-healthy')
  await app.writeSource({ 'docker-compose.yml': compose })
  expect(failure).toMatchObject({
    code: 'STACK_ROLLED_BACK',
    exitCode: 1,
    serving: 'Release r2 (v2) is serving, as before.',
  })
  expect(failure?.message).toContain('Swarm rolled backend back: ')
  expect(await ids()).toEqual(before)
})

test('a service that is found paused is repaired by the next deploy of the same release', async () => {
  const inspected = () => server('m1').docker('service', 'inspect', '--format', '{{.ID}}', 'shop_backend')
  const before = await inspected()
  await server('m1').docker('service', 'update', '--detach', '--health-cmd', 'false', 'shop_backend')
  await expect.poll(updateState, { interval: 500 }).toBe('paused')
  expect((await readSwarmStatus(app)).exitCode).toBe(1)
  const { plan } = await app.mustDeploy('v2')
  expect(plan?.unchanged).toBe(false)
  expect(await updateState()).toBe('completed')
  expect(await inspected()).toBe(before)
  expect((await readSwarmStatus(app)).host).toMatchObject({
    verdict: 'ok',
    services: [{ running: 2, desired: 2 }, { running: 1 }],
  })
  expect(await app.version()).toBe('v2')
})

test('the leader is lost during a deploy: the others elect one, and the deploy ends well', async () => {
  expect(await server('m1').docker('node', 'ls', '--format', '{{.Hostname}} {{.ManagerStatus}}')).toContain(
    'm2 Leader',
  )
  // What Swarm does about lost tasks is another test's.
  await drain('m2')
  const { result, report } = await underLoad(app, {}, async () => {
    const deploying = app.deploy('v3')
    await updating()
    await server('m2').stopEngine()
    return deploying
  }).finally(async () => {
    await server('m2').startEngine()
    await server('m1').docker('node', 'update', '--availability', 'active', 'm2')
  })
  expect(result.failure).toBeUndefined()
  expect(await app.version()).toBe('v3')
  expectNoneFailed(report)
  // m2 lacks its images.
  await app.mustDeploy('v3')
})

test('a node that is down is named, and so is the lack of a leader', async () => {
  await server('m3').stopEngine()
  const messages = async () => (await readSwarmStatus(app)).host.drift.map(({ message }) => message)
  await expect
    .poll(messages, { interval: 1_000 })
    .toEqual(['Node m3 is down: 2 of 3 managers answer, 0 may still fail.'])
  const { exitCode, host } = await readSwarmStatus(app)
  expect(exitCode).toBe(1)
  expect(host.services).toMatchObject([{ running: 2, desired: 2 }, { running: 1 }])

  await server('m2').stopEngine()
  await expect
    .poll(async () => (await readSwarmStatus(app)).host.verdict, { interval: 1_000 })
    .toBe('unhealthy')
  const alone = await readSwarmStatus(app)
  expect(alone).toMatchObject({
    exitCode: 1,
    host: { services: [], swarm: { failure: { code: 'SWARM_NO_LEADER' } } },
  })
  await Promise.all([server('m2').startEngine(), server('m3').startEngine()])
  await expect.poll(async () => (await readSwarmStatus(app)).host.verdict, { interval: 1_000 }).toBe('ok')
})

test('a rollback and a move to another node need no registry', async () => {
  await swarm.net.registry.refuseConnections()
  const result = await app.rollback()
  expect(result.failure).toBeUndefined()
  expect(result.plan).toMatchObject({ restores: { tag: 'v2' } })
  expect(await app.version()).toBe('v2')
  const from = (await swarm.tasks()).find(({ node }) => node !== 'm1')?.node ?? ''
  await drain(from)
  expect(await app.version()).toBe('v2')
  await server('m1').docker('node', 'update', '--availability', 'active', from)
  await swarm.net.registry.clearFaults()
})

test('a node is lost during a deploy: requests fail only until Swarm knows, and the deploy or the next one ends well', async () => {
  await server('m1').docker('service', 'update', '--force', '--quiet', 'shop_backend')
  const nodes = (await swarm.tasks()).map(({ node }) => node)
  expect(new Set(nodes).size).toBe(2)
  const victim = nodes.find((name) => name !== 'm1') as 'm2' | 'm3' | 'w1'
  // Without an answer while the managers elect a leader.
  const isDown = async () =>
    (
      await server('m1').run(['docker', 'node', 'ls', '--format', '{{.Hostname}} {{.Status}}'])
    ).stdout.includes(`${victim} Down`)
  const lost = { fromMs: 0, toMs: Infinity }
  const { result, report } = await underLoad(app, {}, async () => {
    const deploying = app.dray(['deploy', 'test', '--tag', 'v3', '--json'], { timeoutMs: 400_000 })
    await updating()
    lost.fromMs = Date.now()
    await server(victim).cutLine()
    await expect.poll(isDown, { interval: 500, timeout: 120_000 }).toBe(true)
    lost.toMs = Date.now()
    return readDeployResult(await deploying)
  }).catch(async (error: unknown) => {
    await server(victim).mendLine()
    throw error
  })
  const failed = report.failures.map(({ atMs }) => Math.round((atMs - lost.fromMs) / 1000))
  const noticedAfter = Math.round((lost.toMs - lost.fromMs) / 1000)
  process.stdout.write(
    `A node lost: exit code ${result.exitCode}, ${report.failed} of ${report.sent} requests failed, sent ${failed[0] ?? '-'} to ${failed.at(-1) ?? '-'} s after the loss, which Swarm knew after ${noticedAfter} s.\n`,
  )
  try {
    // Or shortly before: those were under way.
    expect(failed.filter((atS) => atS < -5 || atS > noticedAfter + 2)).toEqual([])
    if (result.failure !== undefined) {
      // Swarm waits for a task that it had placed on the lost node before it knew.
      expect(result.failure).toMatchObject({ code: 'STACK_STUCK', exitCode: 1 })
      const next = await app.dray(['deploy', 'test', '--tag', 'v3', '--json'], { timeoutMs: 400_000 })
      expect(readDeployResult(next).failure).toBeUndefined()
    }
    expect(await app.version()).toBe('v3')
  } finally {
    await server(victim).mendLine()
  }
})

test('a node that joins later is named, and gets the images; a network that it cannot join is named as the cause', async () => {
  await expect.poll(() => server('m3').docker('node', 'ls', '--format', '{{.Status}}')).not.toContain('Down')
  await server('w1').docker('swarm', 'leave', '--force')
  await joinSwarm(server('w1'), server('m3'), 'worker')
  const planned = await app.dray(['plan', 'test', '--tag', 'v2'])
  expect(planned.stdout).toMatch(/w1 joined since r\d/)
  await app.mustDeploy('v2')

  await server('w1').docker('network', 'create', '--subnet', '10.99.7.0/24', 'taken')
  const late = `  late:
    image: ghcr.io/acme/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    networks: [late]
    deploy: { endpoint_mode: dnsrr, placement: { constraints: ["node.hostname == w1"] } }
networks:
  late: { ipam: { config: [{ subnet: 10.99.7.0/24 }] } }
configs:`
  const compose = stackCompose({ proxyNode: 'm1' }).replace('configs:\n  site', `${late}\n  site`)
  await app.writeSource({ 'docker-compose.yml': compose })
  const { failure } = await app.deploy('v2')
  expect(failure).toMatchObject({ code: 'STACK_NETWORK', exitCode: 1 })
  expect(failure?.message).toContain('Node w1 could not connect a task of late to its overlay network')
  expect(failure?.undone).toContain('late removed')
  expect(await app.version()).toBe('v2')
})
