import { expect, test } from 'vitest'
import type { ClusterNode, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { failureFrom } from '../../../../src/deploy/execute/failure.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { makeStatus } from '../../../../src/operations/status/make-status.ts'
import type { SeenStack, StatusObservation } from '../../../../src/operations/status/status-observation.ts'
import type { KnownHost, ServiceStatus } from '../../../../src/operations/status/status.ts'
import {
  fakeRelease,
  fakeStatusObservation,
  OBSERVED_AT_MS,
} from '../../../support/fake-status-observation.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const { services } = fakeRelease()
const imageOf = (name: 'web' | 'backend'): string => services[name]?.image ?? ''
/** Release r7 of two tasks of `backend` and one of `web`, which every node has pulled. */
const release = (facts: Partial<Release> = {}): Release =>
  fakeRelease({
    services: Object.fromEntries(
      Object.entries(services).map(([name, it]) => [name, { ...it, specHash: 'spec' }]),
    ),
    nodes: { m1: 'm1', m2: 'm2', m3: 'm3', w1: 'w1' },
    ...facts,
  })

const node = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  ...fakeNode,
  id: name,
  name,
  ...(name.startsWith('m') && {
    role: 'manager' as const,
    manager: { isLeader: name === 'm1', isReachable: true },
  }),
  ...more,
})
const nodes = [node('m1'), node('m2'), node('m3'), node('w1')]

const backend = (more: Partial<StackService> = {}): StackService =>
  fakeStackService({ id: 'b', service: 'backend', image: imageOf('backend'), desiredTasks: 2, ...more })
const web = fakeStackService({ id: 'w', service: 'web', image: imageOf('web'), hasHealthCheck: false })

let count = 0
const task = (nodeId: string, more: Partial<StackTask> = {}): StackTask =>
  fakeStackTask({
    id: `t${++count}`,
    serviceId: 'b',
    image: imageOf('backend'),
    nodeId,
    slot: count,
    stateSinceMs: OBSERVED_AT_MS - 60_000,
    ...more,
  })
const webTask = task('m1', { serviceId: 'w', image: imageOf('web') })
const failed = (nodeId: string, more: Partial<StackTask> = {}): StackTask =>
  task(nodeId, { desiredState: 'shutdown', state: 'failed', error: 'task: non-zero exit (1)', ...more })

type View = Partial<Extract<SeenStack, { view: unknown }>['view']>

function hostOf(view: View, facts: Partial<StatusObservation> = {}): KnownHost {
  const stack = {
    view: { nodes, services: [backend(), web], tasks: [task('m2'), task('w1'), webTask], ...view },
  }
  const observation = fakeStatusObservation({ release: release(), containers: [], stack, ...facts })
  const hosts = [{ host: 'm1', observation }]
  return makeStatus({ environment: 'test', path: '/srv/shop', hosts }).hosts[0] as KnownHost
}

const driftOf = (view: View, facts: Partial<StatusObservation> = {}): string[] =>
  hostOf(view, facts).drift.map(({ kind, message }) => `${kind}: ${message}`)
const backendOf = (view: View): ServiceStatus | undefined =>
  hostOf(view).services.find(({ service }) => service === 'backend')

test('a stack that runs its release is well, and says on which nodes', () => {
  const { verdict, drift, services: shown, swarm } = hostOf({})
  expect([verdict, drift]).toEqual(['ok', []])
  expect(shown).toMatchObject([
    {
      service: 'backend',
      state: 'running',
      health: 'healthy',
      running: 2,
      desired: 2,
      restarts: 0,
      upMs: 60_000,
      nodes: ['m2', 'w1'],
      image: { name: 'ghcr.io/acme/backend', tag: 'v1' },
    },
    { service: 'web', state: 'running', health: 'none', running: 1, desired: 1, nodes: ['m1'] },
  ])
  expect(swarm?.nodes).toEqual([
    { node: 'm1', role: 'manager', state: 'ready', availability: 'active', isLeader: true },
    { node: 'm2', role: 'manager', state: 'ready', availability: 'active' },
    { node: 'm3', role: 'manager', state: 'ready', availability: 'active' },
    { node: 'w1', role: 'worker', state: 'ready', availability: 'active' },
  ])
})

test('an image changed by `docker service update` is named as Docker writes it, with the number of tasks', () => {
  const image = 'ghcr.io/acme/backend:v9@sha256:9'
  const changed = { services: [backend({ image, specHash: 'other' }), web] }
  expect(driftOf({ ...changed, tasks: [task('m2', { image }), task('w1', { image }), webTask] })).toEqual([
    'image: 2 of 2 tasks of backend run ghcr.io/acme/backend:v9@sha256:9, not the released image.',
  ])
  expect(driftOf({ ...changed, tasks: [task('m2', { image }), task('w1'), webTask] })).toEqual([
    'image: 1 of 2 tasks of backend runs ghcr.io/acme/backend:v9@sha256:9, not the released image.',
  ])
  expect(driftOf(changed)).toEqual([
    'image: Swarm is to run ghcr.io/acme/backend:v9@sha256:9 for backend, not the released image.',
  ])
  expect(hostOf(changed).drift[0]?.hint).toBe('`dray deploy test --tag v1` restores it.')
})

test('the released image with its tag is the released image', () => {
  const image = imageOf('backend').replace('@', ':v1@')
  const tasks = [task('m2', { image }), task('w1', { image }), webTask]
  expect(driftOf({ services: [backend({ image }), web], tasks })).toEqual([])
})

test.each<[string, View, string[]]>([
  [
    'a definition changed by hand',
    { services: [backend({ specHash: 'other' }), web] },
    ['configuration: The definition of backend was changed manually.'],
  ],
  [
    'a number of tasks changed by hand',
    { services: [backend({ desiredTasks: 1 }), web], tasks: [task('m2'), webTask] },
    ['replicas: Swarm is to run 1 task of backend, but the release has 2.'],
  ],
  ['a service that is gone', { services: [web] }, ['service: backend is not in the stack.']],
  [
    'a service that is not of the release, but no job',
    {
      services: [
        backend(),
        web,
        fakeStackService({ id: 'c', service: 'cache', image: 'redis:7' }),
        fakeStackService({ id: 'j', service: 'dray-task-migrate', mode: 'job' }),
      ],
    },
    ['foreign-service: Service cache (redis:7) is in the stack, but not in the release.'],
  ],
  [
    'an update that Swarm paused',
    {
      services: [
        backend({ updateState: 'paused', updateMessage: 'update paused due to failure of task t1' }),
        web,
      ],
    },
    ['update: Swarm paused an update of backend (update paused due to failure of task t1).'],
  ],
  [
    'an update that Swarm rolled back',
    { services: [backend({ updateState: 'rollback_completed', updateMessage: 'rollback completed' }), web] },
    ['update: Swarm rolled backend back (rollback completed).'],
  ],
  [
    'an update under way without a deploy',
    { services: [backend({ updateState: 'updating' }), web] },
    ['update: Swarm is updating backend, and no deploy runs: 2 of 2 tasks run its present definition.'],
  ],
  [
    'a task without a node',
    {
      tasks: [
        task('m2'),
        task('', { state: 'pending', error: 'no suitable node (insufficient resources on 4 nodes)' }),
        webTask,
      ],
    },
    ['replicas: 1 of 2 tasks of backend runs: a task: no suitable node (insufficient resources on 4 nodes).'],
  ],
  [
    'a node that joined later',
    { nodes: [...nodes, node('w2')] },
    ['node: Node w2 has not pulled the images of release r7.'],
  ],
  [
    'a manager that the others do not reach',
    { nodes: [node('m1'), node('m2'), node('m3', { manager: { isLeader: false, isReachable: false } })] },
    ['node: Manager m3 is not reached by the other managers: 2 of 3 managers answer, 0 may still fail.'],
  ],
])('%s is drift', (_, view, expected) => {
  expect(driftOf(view)).toEqual(expected)
  expect(hostOf(view).verdict).toMatch(/drifted|unhealthy/)
})

test('a task on a node that is down does not run, whatever Swarm calls it', () => {
  const away = nodes.map((it) => (it.name === 'w1' ? { ...it, state: 'down' } : it))
  expect(backendOf({ nodes: away })).toMatchObject({ state: 'partial', running: 1, nodes: ['m2'] })
  expect(driftOf({ nodes: away })).toEqual([
    'replicas: 1 of 2 tasks of backend runs.',
    'node: Node w1 is down.',
  ])
})

test('tasks that moved from a node that is down leave the node alone as drift', () => {
  const away = nodes.map((it) => (it.name === 'w1' ? { ...it, state: 'down' } : it))
  const tasks = [task('m2'), task('m3'), task('w1', { desiredState: 'shutdown' }), webTask]
  expect(driftOf({ nodes: away, tasks })).toEqual(['node: Node w1 is down.'])
  // Swarm does not end an update that began on such a node.
  const services = [backend({ updateState: 'updating' }), web]
  expect(driftOf({ nodes: away, tasks, services })).toEqual(['node: Node w1 is down.'])
})

test('a drained node is shown, and is no drift', () => {
  const drained = nodes.map((it) => (it.name === 'm3' ? { ...it, availability: 'drain' } : it))
  const { verdict, swarm } = hostOf({ nodes: drained })
  expect(verdict).toBe('ok')
  expect(swarm?.nodes.find((it) => it.node === 'm3')).toMatchObject({ availability: 'drain' })
})

test('failed tasks of the present definition are shown with the words of Swarm', () => {
  const one = failed('m3', { exitCode: 1 })
  const older = failed('m2', { taskHash: 'old' })
  const lost = failed('w1', { state: 'orphaned' })
  const tasks = [task('m2'), task('w1'), webTask, older, lost, one]
  expect(backendOf({ tasks })).toMatchObject({ state: 'running', restarts: 1 })
  expect(backendOf({ tasks })?.failedTasks).toEqual([
    { task: one.id, node: 'm3', error: 'task: non-zero exit (1)', exitCode: 1, atMs: one.stateSinceMs },
  ])
  const paused = backendOf({ tasks, services: [backend({ updateState: 'paused' }), web] })
  expect(paused?.failedTasks?.map((it) => it.task)).toEqual([older.id, one.id])
})

test('a service keeps restarting if three tasks of one slot failed within five minutes', () => {
  const thrice = (more: Partial<StackTask>) => [{}, {}, more].map((it) => failed('m2', { slot: 1, ...it }))
  const stateOf = (more: Partial<StackTask>) =>
    hostOf({ tasks: [task('m2'), task('w1'), webTask, ...thrice(more)] })
  expect(stateOf({}).verdict).toBe('unhealthy')
  expect(stateOf({ slot: 2 }).verdict).toBe('ok')
  expect(stateOf({ stateSinceMs: OBSERVED_AT_MS - 6 * 60_000 }).verdict).toBe('ok')
})

test('a service of which no task runs is unhealthy, with the exit code of the last', () => {
  const tasks = [task('m2', { state: 'ready' }), failed('w1', { exitCode: 3 }), webTask]
  expect(hostOf({ tasks }).verdict).toBe('unhealthy')
  expect(driftOf({ tasks })).toEqual([
    'service: 0 of 2 tasks of backend run: a task on node w1 exited with code 3.',
  ])
})

test('a swarm without a leader is unhealthy: nothing is known of its services', () => {
  const failure = failureFrom(new DrayError('SWARM_NO_LEADER', 'The swarm of m1 has no leader: none.'))
  const host = hostOf({}, { stack: { failure } })
  expect(host).toMatchObject({
    verdict: 'unhealthy',
    release: { id: 'r7' },
    services: [],
    drift: [],
    swarm: { nodes: [], failure: { code: 'SWARM_NO_LEADER' } },
  })
})

test('files and variables are compared as with Compose, and nothing during a deploy', () => {
  expect(driftOf({}, { fileHashes: new Map(), variables: [] })).toHaveLength(3)
  const held = { lock: { holder: undefined } }
  expect(hostOf({ nodes: [] }, held)).toMatchObject({ verdict: 'deploying', drift: [] })
})
