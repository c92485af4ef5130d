import { expect, test } from 'vitest'
import {
  nodeAnswer,
  readNode,
  readService,
  readTask,
  serviceAnswer,
  taskAnswer,
} from '../../../../src/adapters/swarm/read-cluster.ts'

const template = {
  ContainerSpec: {
    Image: 'ghcr.io/acme/web@sha256:1',
    Env: ['MODE=live'],
    Healthcheck: { Test: ['CMD', 'curl', '-f', 'http://localhost/'], Interval: 500_000_000 },
  },
  Resources: {},
  RestartPolicy: { Condition: 'any', MaxAttempts: 0 },
  ForceUpdate: 0,
}

/** A service as an Engine of API 1.48 returns it. */
const answer = {
  ID: 's1',
  Version: { Index: 21 },
  UpdatedAt: '2026-11-30T10:00:00.5Z',
  Spec: {
    Name: 'shop_web',
    Labels: { 'com.docker.stack.namespace': 'shop' },
    TaskTemplate: template,
    Mode: { Replicated: { Replicas: 2 } },
    UpdateConfig: { Parallelism: 1, FailureAction: 'pause', Monitor: 1_000_000_000, MaxFailureRatio: 0 },
    EndpointSpec: { Mode: 'dnsrr' },
  },
  ServiceStatus: { RunningTasks: 1, DesiredTasks: 2, CompletedTasks: 0 },
}
const read = (changed: object = {}, changedTemplate: object = {}) => {
  const Spec = { ...answer.Spec, TaskTemplate: { ...template, ...changedTemplate }, ...changed }
  return readService(serviceAnswer.parse({ ...answer, Spec }), 'shop')
}
const container = (more: object) => ({ ContainerSpec: { ...template.ContainerSpec, ...more } })

test('the hash of a definition is that of what a user decides, and no more', () => {
  const { specHash } = read()
  expect(read({ Mode: { Replicated: { Replicas: 5 } } }).specHash).toBe(specHash)
  expect(read({}, { ForceUpdate: 3 }).specHash).toBe(specHash)
  // A newer Engine, which has more fields.
  expect(read({}, { ...container({ CapabilityAdd: null }), Runtime: '', Placement: {} }).specHash).toBe(
    specHash,
  )

  expect(read({}, container({ Env: ['MODE=test'] })).specHash).not.toBe(specHash)
  expect(read({ Mode: { Global: {} } }).specHash).not.toBe(specHash)
  expect(read({ UpdateConfig: { Parallelism: 2 } }).specHash).not.toBe(specHash)
  expect(read({ Labels: {} }).specHash).not.toBe(specHash)
})

test('the grace period of a service is known, as far as its definition says it', () => {
  expect(read().stopMs).toBeUndefined()
  expect(read({}, container({ StopGracePeriod: 90_000_000_000 })).stopMs).toBe(90_000)
})

test('the image that the last stack file named is known', () => {
  expect(read().stackImage).toBe('')
  expect(read({ Labels: { 'com.docker.stack.image': 'web:1' } }).stackImage).toBe('web:1')
})

test('a task of the present definition has its hash, whatever the number of tasks', () => {
  const task = {
    ID: 't1',
    ServiceID: 's1',
    NodeID: 'n1',
    Slot: 2,
    CreatedAt: '2026-11-30T10:00:01Z',
    DesiredState: 'running',
    Spec: template,
    Status: { State: 'running', Timestamp: '2026-11-30T10:00:04Z' },
  }
  expect(readTask(taskAnswer.parse(task))).toMatchObject({
    taskHash: read({ Mode: { Replicated: { Replicas: 3 } } }).taskHash,
    slot: 2,
    createdAtMs: Date.parse('2026-11-30T10:00:01Z'),
    stateSinceMs: Date.parse('2026-11-30T10:00:04Z'),
  })
})

test('a health check that is turned off does not count', () => {
  expect(read().hasHealthCheck).toBe(true)
  expect(read({}, container({ Healthcheck: { Test: ['NONE'] } })).hasHealthCheck).toBe(false)
  expect(read({}, container({ Healthcheck: undefined })).hasHealthCheck).toBe(false)
})

test('a manager says whether it leads, and whether the others reach it; a worker does not', () => {
  const node = {
    ID: 'n1',
    Spec: { Role: 'manager', Availability: 'active' },
    Description: { Hostname: 'm1' },
    Status: { State: 'ready', Addr: '10.0.0.11' },
    ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: '10.0.0.11:2377' },
  }
  expect(readNode(nodeAnswer.parse(node))).toEqual({
    id: 'n1',
    name: 'm1',
    role: 'manager',
    state: 'ready',
    availability: 'active',
    address: '10.0.0.11',
    manager: { isLeader: true, isReachable: true },
  })
  const lost = { ...node, ManagerStatus: { Reachability: 'unreachable' } }
  expect(readNode(nodeAnswer.parse(lost)).manager).toEqual({ isLeader: false, isReachable: false })
  const { ManagerStatus: _, ...worker } = node
  expect(readNode(nodeAnswer.parse(worker)).manager).toBeUndefined()
})

test('the ports of a service are those that it publishes itself, in the ingress network or on its node', () => {
  const Ports = [
    { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'host' },
    { Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'ingress' },
    { Protocol: 'tcp', TargetPort: 9000, PublishMode: 'ingress' },
  ]
  expect(read({ EndpointSpec: { Mode: 'vip', Ports } }).ports).toEqual(['8080', '53/udp'])
  expect(read().ports).toBeUndefined()
})
