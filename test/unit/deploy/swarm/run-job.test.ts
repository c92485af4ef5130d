import { expect, test } from 'vitest'
import type { Cluster, Stack, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { StackExecution } from '../../../../src/deploy/swarm/stack-execution.ts'
import { runJob } from '../../../../src/deploy/swarm/steps/run-job.ts'
import type { DeployEvent } from '../../../../src/deploy/model/events.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const step = {
  id: 1,
  host: 'm1',
  cause: '',
  kind: 'run-task' as const,
  task: 'migrate',
  service: 'web',
  argv: ['npm', 'run', 'migrate'],
  when: 'before' as const,
}

type Given = {
  /** At each look, the last one for good. */
  tasks?: readonly (readonly StackTask[])[]
  startJob?: Stack['startJob']
  cluster?: Partial<Cluster>
  signal?: AbortSignal
}

/** A swarm that has the job from its start until it is removed, and a clock that moves when it is waited for. */
function swarm({ tasks = [[]], startJob, cluster = {}, signal = new AbortController().signal }: Given) {
  let looks = 0
  const jobs = new Map<string, StackService>()
  const printed: string[] = []
  const events: DeployEvent[] = []
  const execution = {
    host: {
      swarm: {
        cluster: {
          nodes: async () => [fakeNode],
          services: async () => [...jobs.values()],
          tasksOf: async () => tasks[Math.min(looks++, tasks.length - 1)] ?? [],
          logTail: async () => ['migrating', 'done'],
          removeService: async (id: string) => void jobs.delete(id),
          ...cluster,
        },
        stack: {
          startJob: async (request: Parameters<Stack['startJob']>[0]) => {
            jobs.set(request.job, fakeStackService({ id: request.job, service: request.job, mode: 'job' }))
            await startJob?.(request)
          },
        },
      },
    },
    observation: { directory: { app: { project: 'shop' } } },
    files: [],
    clock: new FakeClock(),
    emit: (event: DeployEvent) => void events.push(event),
    done: { tasks: [], pulled: new Map() },
  } as unknown as StackExecution
  const context = {
    execution,
    signal,
    progress: () => undefined,
    print: (line: string) => void printed.push(line),
  }
  return { run: (more = {}) => runJob({ ...step, ...more }, context), jobs, printed, execution }
}

const inState = (state: string, more: Partial<StackTask> = {}) =>
  fakeStackTask({ state, hasContainer: state !== 'pending', ...more })

test('a task that ends well has run once, its output is shown, and its job is removed', async () => {
  const { run, jobs, printed, execution } = swarm({ tasks: [[inState('running')], [inState('complete')]] })
  await run({ timeoutMs: 60_000 })
  expect(printed).toEqual(['migrating', 'done'])
  expect([...jobs.keys()]).toEqual([])
  expect(execution.done.tasks).toEqual(['migrate'])
})

test('a task that fails has run', async () => {
  const { run, jobs, execution } = swarm({ tasks: [[inState('failed', { exitCode: 3 })]] })
  await expect(run({ timeoutMs: 60_000 })).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: 'Task migrate (`npm run migrate` in web) exited with code 3.',
    details: { logTail: ['migrating', 'done'] },
  })
  expect([jobs.size, execution.done.tasks]).toEqual([0, ['migrate']])
})

test('a task that exceeds its timeout is one that timed out', async () => {
  const { run, jobs } = swarm({ tasks: [[inState('running')]] })
  await expect(run({ timeoutMs: 90_000 })).rejects.toMatchObject({
    code: 'TASK_TIMED_OUT',
    message: 'Task migrate (`npm run migrate` in web) exceeded its timeout of 90 s.',
  })
  expect(jobs.size).toBe(0)
})

test('a task that no node can run ends the deploy, and has not run', async () => {
  const waiting = inState('pending', {
    nodeId: '',
    error: 'no suitable node (insufficient resources on 4 nodes)',
  })
  const { run, jobs, execution } = swarm({ tasks: [[waiting]] })
  await expect(run({ timeoutMs: 3_600_000 })).rejects.toMatchObject({
    code: 'STACK_NO_NODE',
    message: expect.stringContaining('insufficient resources on 4 nodes') as string,
  })
  expect([jobs.size, execution.done.tasks]).toEqual([0, []])
})

test('a task on a node that is lost may have run', async () => {
  const { run, execution } = swarm({
    tasks: [[inState('running')]],
    cluster: { nodes: async () => [{ ...fakeNode, state: 'down' }] },
  })
  await expect(run({ timeoutMs: 3_600_000 })).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: expect.stringContaining(
      'was on node w1, which is down: whether it ended is not known',
    ) as string,
  })
  expect(execution.done.tasks).toEqual(['migrate'])
})

test('a cancelled start leaves no job, and the task counts as run: the manager may have got it', async () => {
  const abort = new AbortController()
  const startJob = async (): Promise<void> => {
    abort.abort(new Error('cancelled'))
    throw new Error('cancelled')
  }
  const { run, jobs, execution } = swarm({ startJob, signal: abort.signal })
  await expect(run()).rejects.toThrow('cancelled')
  expect([jobs.size, execution.done.tasks]).toEqual([0, ['migrate']])
})

test('a job that cannot be removed does not hide why the task failed', async () => {
  const { run } = swarm({
    tasks: [[inState('failed', { exitCode: 3 })]],
    cluster: { removeService: async () => Promise.reject(new Error('no leader')) },
  })
  await expect(run({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'TASK_FAILED' })
})
