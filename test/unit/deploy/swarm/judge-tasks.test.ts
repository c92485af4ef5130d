import { expect, test } from 'vitest'
import type { ServiceSpec, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { describeProgress, judgeService, kindOfFailure } from '../../../../src/deploy/swarm/judge-tasks.ts'

const image = 'web@sha256:2'
const wanted = { service: 'web', change: 'update' as const, cause: '', image, limitMs: 1000 }
const service: StackService = {
  id: 's1',
  service: 'web',
  image,
  mode: 'replicated',
  desiredTasks: 2,
  updateState: 'completed',
  updateMessage: '',
  isUpdateCurrent: true,
  version: 7,
  taskHash: 'new',
  spec: {} as ServiceSpec,
  uses: [],
}
let count = 0
const task = (more: Partial<StackTask> = {}): StackTask => ({
  id: `t${++count}`,
  serviceId: 's1',
  nodeId: 'n1',
  image,
  desiredState: 'running',
  state: 'running',
  error: '',
  hasContainer: true,
  exitCode: undefined,
  taskHash: 'new',
  createdAtMs: count,
  ...more,
})
const node = { id: 'n1', name: 'w1', role: 'worker' as const, state: 'ready', availability: 'active' }
const judge = (tasks: readonly StackTask[], changed: Partial<StackService> = {}, state = 'ready') =>
  judgeService(wanted, { services: [{ ...service, ...changed }], tasks, nodes: [{ ...node, state }] }, 0)

test('done means that as many tasks as wanted run the present definition, and no others', () => {
  expect(judge([task(), task()]).state).toBe('done')
  expect(judge([task()])).toMatchObject({ state: 'waiting', good: 1, of: 2 })
  expect(judge([task(), task(), task({ taskHash: 'old' })]).state).toBe('waiting')
  expect(judge([task(), task({ image: 'web@sha256:1' })])).toMatchObject({ state: 'waiting', good: 1 })
  expect(judge([task(), task()], { updateState: 'updating' }).state).toBe('waiting')
  expect(judge([task(), task(), task({ desiredState: 'shutdown', state: 'shutdown' })]).state).toBe('done')
})

test('a task on a node that is down does not count, whatever Swarm calls it', () => {
  expect(judge([task(), task()], {}, 'down')).toMatchObject({ state: 'waiting', good: 0 })
})

test('an update that Swarm paused, rolled back, or replaced without a word is no success', () => {
  expect(judge([task(), task()], { updateState: 'paused' }).state).toBe('paused')
  expect(judge([task(), task()], { updateState: 'rollback_completed' }).state).toBe('rolled-back')
  expect(judge([task(), task()], { image: 'web@sha256:1' }).state).toBe('rolled-back')
  expect(judgeService(wanted, { services: [], tasks: [], nodes: [] }, 0).state).toBe('gone')
})

test('the task that Swarm blames is shown, or the newest that ended', () => {
  const blamed = task({ state: 'complete', desiredState: 'shutdown', exitCode: 0, taskHash: 'other' })
  const message = `update paused due to failure or early termination of task ${blamed.id}`
  const later = task({ state: 'failed', desiredState: 'shutdown', exitCode: 1 })
  expect(judge([blamed, later], { updateState: 'paused', updateMessage: message }).failed).toBe(blamed)
  expect(judge([blamed, later]).failed).toBe(later)
})

test('progress names what is missing', () => {
  expect(describeProgress([judge([task(), task({ state: 'starting' })]), judge([task(), task()])])).toBe(
    'web 1 of 2 (starting)',
  )
})

// Recorded from Engine 20.10 to 28.5.
test.each([
  ['no suitable node (scheduling constraints not satisfied on 4 nodes)', 'no-node'],
  ['no suitable node (insufficient resources on 2 nodes)', 'no-node'],
  ['No such image: ghcr.io/acme/shop@sha256:0', 'image'],
  [
    'network sandbox join failed: subnet sandbox join failed for "10.0.1.0/24": error creating vxlan interface: file exists',
    'network',
  ],
  [
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    'network',
  ],
  ['error creating external connectivity network: cannot restrict inter-container communication', 'network'],
  ['invalid pool request: Pool overlaps with other one on this address space', 'network'],
  ['task: non-zero exit (1)', 'other'],
  ['', 'other'],
])('%s', (error, kind) => {
  expect(kindOfFailure(error)).toBe(kind)
})
