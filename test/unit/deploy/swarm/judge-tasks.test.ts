import { expect, test } from 'vitest'
import type { StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { describeProgress, judgeService, kindOfFailure } from '../../../../src/deploy/swarm/judge-tasks.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const wanted = { service: 'web', change: 'update' as const, cause: '', image: 'web@sha256:2', limitMs: 1000 }
const service = fakeStackService({ desiredTasks: 2, version: 7 })
let count = 0
const task = (more: Partial<StackTask> = {}): StackTask =>
  fakeStackTask({ id: `t${++count}`, createdAtMs: count, ...more })
const judge = (tasks: readonly StackTask[], changed: Partial<StackService> = {}, state = 'ready') =>
  judgeService(wanted, { services: [{ ...service, ...changed }], tasks, nodes: [{ ...fakeNode, state }] }, 0)

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

test('a global service is not done while no node may run it', () => {
  expect(judge([], { mode: 'global', desiredTasks: 0 })).toMatchObject({ state: 'waiting', good: 0, of: 0 })
  expect(judge([], { desiredTasks: 0 }).state).toBe('done')
  expect(judge([task()], { mode: 'global', desiredTasks: 1 }).state).toBe('done')
})

test('a job is not done by being one', () => {
  expect(judge([task({ state: 'complete', desiredState: 'shutdown' })], { mode: 'job' }).state).toBe(
    'waiting',
  )
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
