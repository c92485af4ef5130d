import { expect, test } from 'vitest'
import { EngineClient, type ApiAnswer } from '../../../../src/adapters/docker/engine-client.ts'
import type { ApiRequest } from '../../../../src/adapters/docker/engine-exchange.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { createCluster } from '../../../../src/adapters/swarm/cluster-api.ts'
import { refusal } from '../../../../src/adapters/swarm/manager-refusal.ts'
import type { ServiceSpec } from '../../../../src/deploy/model/cluster.ts'

/** A cluster whose Engine answers so, one after another, and what it was asked. */
function cluster(...answers: readonly [number, unknown][]) {
  const asked: string[] = []
  const client = new EngineClient({ name: 'm1' } as CommandRunner)
  const left = [...answers]
  client.send = async ({ method, path, query }: ApiRequest): Promise<ApiAnswer> => {
    const version = query?.['version']
    asked.push(`${method} ${path}${version === undefined ? '' : ` ${version}`}`)
    const [status, body] = left.shift() ?? [500, { message: 'asked too often' }]
    return { status, text: JSON.stringify(body) }
  }
  return { it: createCluster(client, 'm1'), asked }
}

// Texts of moby, daemon/cluster, of swarmkit, and of gRPC.
test.each([
  [
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing"',
    'SWARM_NO_LEADER',
    true,
  ],
  ['rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'SWARM_NO_LEADER', true],
  [
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
    'SWARM_NO_LEADER',
    true,
  ],
  [
    'This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.',
    'SWARM_NO_LEADER',
    true,
  ],
  [
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    'SWARM_INACTIVE',
    false,
  ],
  ['This node is not part of a swarm', 'SWARM_INACTIVE', false],
  [
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
    'SWARM_NOT_MANAGER',
    false,
  ],
  [
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
    'DOCKER_FAILED',
    false,
  ],
  ['service endpoint is starting', 'DOCKER_FAILED', true],
])('%s', (message, code, temporary) => {
  expect(refusal(message, 'm1')).toMatchObject({ code, temporary })
})

test('a swarm that elects a leader is asked again', async () => {
  const lost = {
    message: 'rpc error: code = Unavailable desc = connection error: desc = "transport is closing"',
  }
  const { it, asked } = cluster([503, lost], [200, []])
  expect(await it.nodes()).toEqual([])
  expect(asked).toEqual(['GET /nodes', 'GET /nodes'])
})

test('a definition that Swarm changes between the two requests is put back all the same', async () => {
  const conflict = { message: 'rpc error: code = Unknown desc = update out of sequence' }
  const at = (Index: number): [number, unknown] => [200, { Version: { Index }, Spec: {} }]
  const { it, asked } = cluster(at(7), [500, conflict], at(9), [200, {}])
  await it.restoreService('s1', {} as ServiceSpec)
  expect(asked).toEqual([
    'GET /services/s1',
    'POST /services/s1/update 7',
    'GET /services/s1',
    'POST /services/s1/update 9',
  ])
  const refused = cluster(at(7), [400, { message: 'invalid mount' }])
  await expect(refused.it.restoreService('s1', {} as ServiceSpec)).rejects.toMatchObject({
    code: 'DOCKER_FAILED',
  })
})

const pull = { stack: 'shop', name: 'dray-pull-1-a', image: 'web@sha256:1', token: undefined }
const service = (name: string) => ({
  ID: 's1',
  Version: { Index: 1 },
  Spec: { Name: name, TaskTemplate: {}, Mode: { GlobalJob: {} } },
})

test('a job that was created by a request that timed out is found, and that of another is not taken for it', async () => {
  const taken = { message: 'rpc error: code = AlreadyExists desc = name conflicts with an existing object' }
  const late = { message: 'rpc error: code = DeadlineExceeded desc = context deadline exceeded' }
  const { it } = cluster([500, late], [409, taken], [200, [service('shop_dray-pull-1-a')]])
  expect(await it.startPull(pull)).toBe('s1')
  const other = cluster([409, taken], [200, []])
  await expect(other.it.startPull(pull)).rejects.toMatchObject({ code: 'DOCKER_FAILED' })
})

test('the images of a service are those of its definition and of the one before, and its volumes those of any stack', async () => {
  const mounts = [
    { Type: 'volume', Source: 'shop_data', Target: '/data' },
    { Type: 'volume', Target: '/anonymous' },
    { Type: 'bind', Source: '/srv', Target: '/srv' },
  ]
  const spec = (Name: string, image: string, stack?: string) => ({
    Name,
    Mode: { Replicated: {} },
    TaskTemplate: { ContainerSpec: { Image: image, ...(Name === 'by-hand' && { Mounts: mounts }) } },
    Labels: stack === undefined ? null : { 'com.docker.stack.namespace': stack },
  })
  const of = (ID: string, Spec: object, more = {}) => ({ ID, Version: { Index: 1 }, Spec, ...more })
  const { it } = cluster([
    200,
    [
      of('s1', spec('shop_web', 'web@sha256:2', 'shop'), { PreviousSpec: spec('shop_web', 'web@sha256:1') }),
      of('s2', spec('by-hand', 'web:1')),
      { ...service('shop_dray-pull-1-a') },
    ],
  ])
  expect(await it.serviceImages()).toEqual([
    { service: 'shop_web', stack: 'shop', images: ['web@sha256:2', 'web@sha256:1'] },
    { service: 'by-hand', images: ['web:1'], volumes: ['shop_data'] },
    { service: 'shop_dray-pull-1-a', images: [] },
  ])
})

test('the image of the stack is forgotten all the same when Swarm changes the definition meanwhile', async () => {
  const conflict = { message: 'rpc error: code = Unknown desc = update out of sequence' }
  const at = (Index: number): [number, unknown] => [200, { Version: { Index }, Spec: { Labels: null } }]
  const { it, asked } = cluster(at(7), [500, conflict], at(9), [200, {}])
  await it.forgetStackImage('s1')
  expect(asked.at(-1)).toBe('POST /services/s1/update 9')
})

test('the words of Swarm about tasks and updates have no values of variables', async () => {
  const client = new EngineClient(
    { name: 'm1' } as CommandRunner,
    async () => (text) => text.replaceAll('hunter2', '***'),
  )
  const task = {
    ID: 't1',
    ServiceID: 's1',
    CreatedAt: '2026-11-23T10:00:00Z',
    DesiredState: 'running',
    Spec: {},
    Status: { State: 'rejected', Err: 'invalid mount /data/hunter2' },
  }
  const updated = { ...service('shop_web'), UpdateStatus: { State: 'paused', Message: 'hunter2' } }
  const answers: unknown[] = [[task], [updated]]
  client.send = async () => ({ status: 200, text: JSON.stringify(answers.shift()) })
  const it = createCluster(client, 'm1')
  expect((await it.tasks('shop'))[0]?.error).toBe('invalid mount /data/***')
  expect((await it.services('shop'))[0]?.updateMessage).toBe('***')
})

test('an Engine that does not answer is not waited for without end', async () => {
  const client = new EngineClient({ name: 'm1' } as CommandRunner)
  client.send = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    })
  await expect(createCluster(client, 'm1', { requestMs: 10 }).nodes()).rejects.toMatchObject({
    code: 'DOCKER_UNREACHABLE',
    message: 'Docker Engine on m1 did not answer for the swarm within 0.01 s.',
  })
})
