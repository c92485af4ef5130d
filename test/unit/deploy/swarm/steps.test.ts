import { expect, test } from 'vitest'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import type { Digest } from '../../../../src/deploy/model/image-reference.ts'
import type { DeployEvent } from '../../../../src/deploy/model/events.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import type { Cluster, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { StackExecution } from '../../../../src/deploy/swarm/stack-execution.ts'
import { awaitTasks } from '../../../../src/deploy/swarm/steps/await-tasks.ts'
import {
  recordStack,
  removeServices,
  updateStack,
  verifyStack,
} from '../../../../src/deploy/swarm/steps/conclude-stack.ts'
import { pullOnNodes } from '../../../../src/deploy/swarm/steps/pull-on-nodes.ts'
import { fakeNode, fakeReview, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const image = `web@sha256:${'0'.repeat(64)}`
const services = [{ service: 'web', change: 'update' as const, cause: '', image, limitMs: 10_000 }]
const service = (more: Partial<StackService> = {}): StackService => fakeStackService({ image, ...more })
const task = (more: Partial<StackTask> = {}): StackTask => fakeStackTask({ image, ...more })

/** A swarm that answers so, and a clock that moves when it is waited for. */
function execution(cluster: Partial<Cluster>, tokens: (Secret | undefined)[] = []): StackExecution {
  let nowMs = 0
  const asked: Partial<Cluster> = {
    nodes: async () => [fakeNode],
    logTail: async () => ['boom'],
    removeService: async () => undefined,
    ...cluster,
  }
  return {
    host: { swarm: { cluster: asked } },
    observation: { directory: { app: { project: 'shop' }, stack: fakeReview } },
    clock: { now: () => nowMs, sleep: async (ms: number) => void (nowMs += ms) },
    pullToken: async () => tokens.shift(),
    plan: { steps: [] },
    done: { tasks: [], pulled: new Map() },
  } as unknown as StackExecution
}

const context = (it: StackExecution) => ({
  execution: it,
  signal: new AbortController().signal,
  progress: () => undefined,
  print: () => undefined,
})
const base = { id: 1, host: 'm1', cause: '', stack: 'shop', services }
const wait = (found: StackService, tasks: readonly StackTask[]) =>
  awaitTasks(
    { ...base, kind: 'await-tasks' },
    context(execution({ services: async () => [found], tasks: async () => tasks })),
  )

test('a stack is done when its tasks run the release twice in a row', async () => {
  expect(await wait(service(), [task()])).toBe('1 task runs the release')
})

test('old tasks that still run may answer: they are waited for, within the time limit', async () => {
  const old = task({ id: 't0', desiredState: 'shutdown', taskHash: 'old' })
  let looks = 0
  const tasks = async () => [task(), { ...old, state: ++looks < 4 ? 'running' : 'shutdown' }]
  const found = execution({ services: async () => [service()], tasks })
  const step = { ...base, kind: 'await-tasks' as const }
  expect(await awaitTasks(step, context(found))).toBe('1 task runs the release')
  expect(looks).toBe(6)
  expect(await wait(service(), [task(), old])).toBe('1 task runs the release, and 1 old one has not stopped')
})

/** A service whose only task is another one every 3 s, and runs for `runsMs` of them. */
async function crashLoop(runsMs: number, found: StackService): Promise<unknown> {
  const it = execution({
    services: async () => [found],
    tasks: async () => {
      const cycle = Math.floor(it.clock.now() / 3_000)
      const isRunning = it.clock.now() % 3_000 < runsMs
      const last = task({ id: `t${cycle}`, createdAtMs: cycle * 3_000 })
      const ended = { state: 'failed', desiredState: 'shutdown', exitCode: 3 }
      return isRunning ? [task({ ...last, stateSinceMs: it.clock.now() })] : [{ ...last, ...ended }]
    },
  })
  it.observation.directory.stack = { ...fakeReview, watchMs: { web: 5_000 } }
  return awaitTasks({ ...base, kind: 'await-tasks' }, context(it)).catch((error: unknown) => error)
}

test.each([500, 2_000, 3_000])(
  'a task that dies %i ms after each start is neither waited for without end nor called deployed',
  async (runsMs) => {
    expect(await crashLoop(runsMs, service({ hasHealthCheck: false, updateState: undefined }))).toMatchObject(
      {
        code: 'STACK_STUCK',
      },
    )
  },
)

test('one with a health check must stay well for a moment', async () => {
  expect(await crashLoop(1_500, service())).toMatchObject({ code: 'STACK_STUCK' })
})

test('a node that is lost gives the others time for its tasks', async () => {
  let lookMs = 0
  const limitMs = 10_000
  const found: StackExecution = execution({
    services: async () => [service({ desiredTasks: 2 })],
    nodes: async () => [fakeNode, { ...fakeNode, id: 'n2', state: lookMs < 8_000 ? 'ready' : 'down' }],
    tasks: async () => {
      lookMs = found.clock.now()
      return [task(), task({ id: 't2', nodeId: 'n2', state: lookMs < 15_000 ? 'starting' : 'running' })].map(
        (it) => (lookMs < 15_000 ? it : { ...it, nodeId: 'n1' }),
      )
    },
  })
  const step = { ...base, services: [{ ...services[0], limitMs }] as typeof services }
  expect(await awaitTasks({ ...step, kind: 'await-tasks' }, context(found))).toBe('2 tasks run the release')
})

test.each([
  [
    'STACK_PAUSED',
    service({ updateState: 'paused' }),
    [task({ state: 'failed', exitCode: 3 })],
    'on node w1 exited with code 3',
  ],
  [
    'STACK_ROLLED_BACK',
    service({ updateState: 'rollback_completed' }),
    [task(), task({ state: 'failed', desiredState: 'shutdown', taskHash: 'tried', exitCode: 3 })],
    'Swarm rolled web back: a task on node w1 exited with code 3',
  ],
  [
    'STACK_STUCK',
    service(),
    [task({ state: 'preparing' })],
    '0 of 1 tasks of web run the release, and for 10 s no more did',
  ],
  [
    'STACK_NO_NODE',
    service(),
    [task({ state: 'pending', nodeId: '', error: 'no suitable node (insufficient resources on 4 nodes)' })],
    'no suitable node',
  ],
])('%s names what Swarm says of the task', async (code, found, tasks, message) => {
  await expect(wait(found, tasks)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
    details: { logTail: ['boom'] },
  })
})

test('what was changed after the deploy is a mismatch', async () => {
  const found = execution({
    services: async () => [service({ image: 'web:other' })],
    tasks: async () => [task()],
  })
  const step = { ...base, kind: 'verify-stack' as const }
  await expect(verifyStack(step, context(found))).rejects.toMatchObject({ code: 'STACK_MISMATCH' })
})

test('tasks of a node that was just lost are waited for at the end, within the time limit', async () => {
  let looks = 0
  const found = execution({
    services: async () => [service()],
    tasks: async () => [task({ state: ++looks < 10 ? 'starting' : 'running' })],
  })
  const step = { ...base, kind: 'verify-stack' as const }
  expect(await verifyStack(step, context(found))).toBeUndefined()
  const never = execution({
    services: async () => [service()],
    tasks: async () => [task({ state: 'starting' })],
  })
  await expect(verifyStack(step, context(never))).rejects.toMatchObject({ code: 'STACK_MISMATCH' })
  expect(never.clock.now()).toBeGreaterThan(10_000)
})

test('Ctrl-C ends the wait at the end after one more look, and the message says what does not run', async () => {
  const cancel = new AbortController()
  const verify = (states: readonly string[]) => {
    const left = [...states]
    const found = execution({
      services: async () => [service()],
      tasks: async () => [task({ state: left.length > 1 ? left.shift()! : left[0]! })],
    })
    const progress = () => cancel.abort(new Error('Stopped by Ctrl-C.'))
    const step = { ...base, kind: 'verify-stack' as const }
    return verifyStack(step, { ...context(found), signal: cancel.signal, progress })
  }
  await expect(verify(['starting'])).rejects.toMatchObject({
    code: 'STACK_MISMATCH',
    message: expect.stringMatching(/^0 of 1 tasks of web .* The wait for it was cancelled\.$/) as string,
  })
  expect(await verify(['running'])).toBeUndefined()
})

test('the wait before the record is shown, and Ctrl-C ends it', async () => {
  const shown: string[] = []
  const cancel = new AbortController()
  const found = execution({
    services: async () => [service()],
    tasks: async () => [task({ state: 'starting' })],
  })
  found.plan = { steps: [{ ...base, kind: 'await-tasks' }] } as unknown as StackExecution['plan']
  found.clock.sleep = async () => cancel.signal.throwIfAborted()
  const recording = recordStack(
    { ...base, kind: 'record-release', release: 'r1', services: {}, dropReleases: [] },
    {
      ...context(found),
      signal: cancel.signal,
      progress: ({ text }) => {
        shown.push(text ?? '')
        cancel.abort(new Error('Stopped by Ctrl-C.'))
      },
    },
  )
  await expect(recording).rejects.toThrow('Stopped by Ctrl-C.')
  expect(shown).toEqual(['web 0 of 1 (starting)'])
})

test('an image that was changed manually is put back, also if the stack file has the one of the last time', async () => {
  const forgotten: string[] = []
  const it = execution({ forgetStackImage: async (id) => void forgotten.push(id) })
  const services = [
    service({ id: 'changed', service: 'web', image: 'web:other', stackImage: image }),
    service({ id: 'new', service: 'api', image: 'web:old', stackImage: 'web:old' }),
    service({ id: 'same', service: 'db', stackImage: image }),
  ]
  const changes = services.map((each) => ({ ...base.services[0], service: each.service }))
  const deploy = async () => undefined
  await updateStack(
    { ...base, kind: 'update-stack', services: changes as typeof base.services, orders: {} },
    context({
      ...it,
      host: { swarm: { ...it.host.swarm, stack: { deploy } } },
      observation: { ...it.observation, services },
      files: [],
    } as unknown as StackExecution),
  )
  expect(forgotten).toEqual(['changed'])
})

test('the record has the hash of what Swarm stored, by which a manual change is found', async () => {
  const recorded: Release[] = []
  const released = { image, digest: 'sha256:0' as Digest, replicas: 1, definitionHash: 'd', configHash: '' }
  const it = execution({ services: async () => [service({ specHash: 'stored' })] })
  const directory = { app: { project: 'shop', networks: {} }, envFile: { variables: [] } }
  const host = { ...it.host, directory: { record: async (made: Release) => void recorded.push(made) } }
  await recordStack(
    {
      ...base,
      kind: 'record-release',
      release: 'r1',
      services: { web: released, old: released },
      dropReleases: [],
    },
    context({
      ...it,
      host,
      observation: { directory, files: [] },
      desired: { app: 'shop', environment: 'test' },
      deployer: { user: 'anna', machine: 'laptop' },
      files: [],
    } as unknown as StackExecution),
  )
  expect(recorded[0]?.services).toEqual({ web: { ...released, specHash: 'stored' }, old: released })
})

const pull = { ...base, kind: 'pull-on-nodes' as const, name: image, services: ['web'], nodes: { n1: 'w1' } }

test('a node that cannot pull is named, and the job is removed', async () => {
  const removed: string[] = []
  const cluster: Partial<Cluster> = {
    startPull: async () => 'job',
    tasksOf: async () => [task({ state: 'rejected', hasContainer: false, error: 'No such image: web' })],
    removeService: async (id) => void removed.push(id),
  }
  await expect(pullOnNodes(pull, context(execution(cluster)))).rejects.toMatchObject({
    code: 'SWARM_PULL_FAILED',
    message: `Node w1 could not pull ${image}: No such image: web.`,
  })
  expect(removed).toEqual(['job'])
})

test('an image of an archived release needs a token only where a node lacks it', async () => {
  const tokens: (Secret | undefined)[] = []
  const cluster: Partial<Cluster> = {
    startPull: async ({ token }) => {
      tokens.push(token)
      return token === undefined ? 'without' : 'with'
    },
    tasksOf: async (id) => [task({ state: 'rejected', hasContainer: id === 'with' })],
  }
  const found = execution(cluster, [new Secret('bearer')])
  expect(await pullOnNodes({ ...pull, isKnown: true }, context(found))).toBe('on 1 node')
  expect(tokens.map((token) => token?.reveal())).toEqual([undefined, 'bearer'])
  const there = execution({ ...cluster, tasksOf: async () => [task()] })
  expect(await pullOnNodes({ ...pull, isKnown: true }, context(there))).toBe('on 1 node already')
})

test('a service that was down before is not waited for, and named at the end if it still is', async () => {
  const left = { ...services[0], service: 'worker', change: 'none' as const, isLeftDown: true as const }
  const down = [service(), service({ id: 's2', service: 'worker' })]
  const crashed = task({ id: 't2', serviceId: 's2', desiredState: 'shutdown', state: 'failed', exitCode: 3 })
  const found = execution({ services: async () => down, tasks: async () => [task(), crashed] })
  const both = { ...base, services: [...services, { ...left, image, limitMs: 10_000, cause: '' }] }
  expect(await awaitTasks({ ...both, kind: 'await-tasks' }, context(found))).toBe('1 task runs the release')
  expect(await verifyStack({ ...both, kind: 'verify-stack' }, context(found))).toBe(
    'worker as before: 0 of 1 tasks run (a task on node w1 exited with code 3)',
  )
})

test('a global service that no node may run has no node', async () => {
  await expect(wait(service({ mode: 'global', desiredTasks: 0 }), [])).rejects.toMatchObject({
    code: 'STACK_NO_NODE',
    message: expect.stringContaining('Swarm wants no task of it on any node') as string,
  })
})

const two = { n1: 'w1', n2: 'w2' }
const second = { ...fakeNode, id: 'n2', name: 'w2' }

test.each([
  ['goes down', { state: 'down' }],
  ['is drained', { availability: 'drain' }],
  ['is paused', { availability: 'pause' }],
])('a node that %s during the pull is left out, and not noted as having the image', async (_, change) => {
  let looks = 0
  const cluster: Partial<Cluster> = {
    startPull: async () => 'job',
    nodes: async () => [fakeNode, ++looks > 2 ? { ...second, ...change } : second],
    tasksOf: async () => [task(), task({ id: 't2', nodeId: 'n2', state: 'preparing', hasContainer: false })],
  }
  const found = execution(cluster)
  expect(await pullOnNodes({ ...pull, nodes: two }, context(found))).toBe('on 1 node, not on w2')
  expect(found.done.pulled.get(image)).toEqual(new Set(['n1']))
})

test('only nodes that have pulled every image are recorded', async () => {
  const recorded: Release[] = []
  const it = execution({ services: async () => [] })
  it.done.pulled.set(image, new Set(['n1', 'n2'])).set('other', new Set(['n1']))
  const steps = [pull, { ...pull, name: 'other' }]
  const directory = { app: { project: 'shop', networks: {} }, envFile: { variables: [] } }
  await recordStack(
    { ...base, kind: 'record-release', release: 'r1', services: {}, nodes: two, dropReleases: [] },
    context({
      ...it,
      plan: { steps },
      host: { ...it.host, directory: { record: async (made: Release) => void recorded.push(made) } },
      observation: { directory, files: [] },
      desired: { app: 'shop', environment: 'test' },
      files: [],
    } as unknown as StackExecution),
  )
  expect(recorded[0]?.nodes).toEqual({ n1: 'w1' })
})

test.each([
  [
    'a pull that does not end',
    'SWARM_PULL_FAILED',
    [task({ state: 'preparing', hasContainer: false })],
    fakeNode,
    'has not ended after 30 min',
  ],
  [
    'a pull that does not begin',
    'STACK_NO_NODE',
    [task({ state: 'assigned', hasContainer: false })],
    fakeNode,
    'Node w1 did not begin to pull',
  ],
  [
    'a swarm without a node that is left',
    'STACK_NO_NODE',
    [],
    { ...fakeNode, availability: 'drain' },
    'No node is left to pull',
  ],
])('%s ends the deploy, with notes before', async (_, code, tasks, node, message) => {
  const notes: string[] = []
  const cluster: Partial<Cluster> = {
    startPull: async () => 'job',
    nodes: async () => [node],
    tasksOf: async () => tasks,
  }
  const found = {
    ...execution(cluster),
    emit: (event: DeployEvent) => {
      if (event.type === 'note') notes.push(event.text)
    },
  }
  await expect(pullOnNodes(pull, context(found))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  })
  expect(notes.map((it) => / for (\d+) min/.exec(it)?.[1])).toEqual(
    code === 'SWARM_PULL_FAILED' ? ['5', '10', '20'] : [],
  )
})

test('a service whose port the release takes is removed, and its container waited for', async () => {
  const removed: string[] = []
  let looks = 0
  const it = execution({
    services: async () => [service({ id: 'old', service: 'old' }), service()],
    tasks: async () => [task({ serviceId: 'old', state: ++looks < 4 ? 'running' : 'shutdown' }), task()],
    removeService: async (id) => void removed.push(id),
  })
  const step = { id: 1, host: 'm1', cause: '', kind: 'remove-services' as const, services: ['old'] }
  expect(await removeServices(step, context(it))).toBe('1 removed')
  expect([it.done.updated, looks]).toEqual([undefined, 0])
  expect(await removeServices({ ...step, frees: ['80'] }, context(it))).toBe('1 removed')
  expect([removed, looks, it.done.updated]).toEqual([['old', 'old'], 4, true])
})
