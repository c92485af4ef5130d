import { expect, test } from 'vitest'
import type { StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { createJobRunner } from '../../../../src/deploy/tasks/job-runner.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { FakeTaskLogs } from '../../../support/fake-task-logs.ts'

const file = new Map([['nginx.conf', new Uint8Array()]])

/** A swarm in which a job's task is in each of these states in turn; the last one stays. */
class FakeSwarm extends FakeTaskLogs {
  readonly log: string[] = []
  readonly clock = new FakeClock()
  readonly lines: string[] = []
  services: StackService[] = []
  nodeStates = ['ready']
  readonly #states: (Partial<StackTask> | undefined)[]
  /** Looks at a task after its job was removed. */
  #stopping = 2

  constructor(...states: (Partial<StackTask> | undefined)[]) {
    super()
    this.#states = states
  }

  #next(): StackTask[] {
    const [state] = this.#states
    if (this.#states.length > 1) this.#states.shift()
    return state === undefined ? [] : [fakeStackTask({ serviceId: 'job', ...state })]
  }

  run(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<number> {
    const { runTask } = createJobRunner({
      task: 'Sync_all',
      stack: { stack: 'shop', files: file },
      clock: this.clock,
      swarm: {
        stack: {
          startJob: async ({ stack, service, job, argv, files }) => {
            this.log.push(
              `start ${stack}_${job}: ${argv.join(' ')} in ${service} with ${[...files.keys()].join()}`,
            )
            this.services.push(fakeStackService({ id: 'job', service: job, mode: 'job' }))
          },
        },
        cluster: {
          taskLog: this.taskLog.bind(this),
          services: async () => this.services,
          nodes: async () => [{ ...fakeNode, state: this.nodeStates.shift() ?? 'down' }],
          tasksOf: async () => this.#next(),
          tasks: async () => {
            this.log.push('look')
            this.#stopping -= 1
            return [fakeStackTask({ serviceId: 'job', state: this.#stopping > 0 ? 'running' : 'shutdown' })]
          },
          removeService: async (id) => {
            this.log.push(`remove ${id}`)
            this.services = this.services.filter((it) => it.id !== id)
          },
        },
      },
    })
    const onLine = (line: string, stream: string): void => void this.lines.push(`${stream} ${line}`)
    return runTask({ service: 'backend', argv: ['npm', 'run', 'sync'], onLine, ...options })
  }
}

const ready = (times: number) => Array.from({ length: times }, () => 'ready')

test('a task prints as it runs, gives its exit code, and leaves no job', async () => {
  const swarm = new FakeSwarm(
    undefined,
    { state: 'preparing', hasContainer: false },
    { state: 'running' },
    { state: 'failed', exitCode: 7 },
  )
  swarm.nodeStates = ready(4)
  swarm.services = [fakeStackService({ id: 'old', service: 'dray-task-sync-all', mode: 'job' })]
  swarm.write('t1', [1, 'begun'], [2, '\u001b[31ma problem', 'stderr'])
  expect(await swarm.run()).toBe(7)
  expect(swarm.lines).toEqual(['stdout begun', 'stderr a problem'])
  expect(swarm.log).toEqual([
    'remove old',
    'start shop_dray-task-sync-all: npm run sync in backend with nginx.conf',
    'remove job',
  ])
  // Followed from the beginning, and read once more from a second before the last line.
  expect(swarm.requests).toEqual(['t1 since ever tail all', 't1 since 01 tail all'])
})

test('a job is removed when it is cancelled, and its container is waited for', async () => {
  const cancel = new AbortController()
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.nodeStates = ready(20)
  const running = swarm.run({ signal: cancel.signal })
  cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.'))
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(swarm.log.slice(1)).toEqual(['remove job', 'look', 'look'])
})

test('a time limit ends the job, with what it printed', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.nodeStates = ready(50)
  swarm.write('t1', [1, 'begun'])
  await expect(swarm.run({ timeoutMs: 3000 })).rejects.toMatchObject({
    code: 'HOST_COMMAND_FAILED',
    message: 'Task Sync_all did not end within 3 s.',
  })
  expect(swarm.lines).toEqual(['stdout begun'])
  expect(swarm.log).toContain('remove job')
})

test.each([
  [
    'TASK_FAILED',
    { state: 'rejected', hasContainer: false, error: 'No such image: shop' },
    'Task Sync_all did not run: No such image: shop.',
  ],
  [
    'STACK_NO_NODE',
    { state: 'pending', hasContainer: false, nodeId: '', error: 'no suitable node (1 node not available)' },
    'Swarm finds no node for task Sync_all: no suitable node (1 node not available).',
  ],
])('%s says why a task did not run', async (code, state, message) => {
  const swarm = new FakeSwarm(state)
  swarm.nodeStates = ready(200)
  await expect(swarm.run()).rejects.toMatchObject({ code, message })
  expect(swarm.services).toEqual([])
})

test('a node that is lost while the task runs ends it, since nothing shows whether it ended', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.nodeStates = ready(2)
  await expect(swarm.run()).rejects.toMatchObject({
    code: 'TASK_NODE_LOST',
    exitCode: 4,
    message: 'Node w1 went down while task Sync_all was running there.',
  })
  expect(swarm.services).toEqual([])
})

test('output whose end cannot be read is not passed off as whole', async () => {
  const swarm = new FakeSwarm({ state: 'running' }, { state: 'complete' })
  swarm.nodeStates = ready(5)
  swarm.problems.set('t1', 'node n1 is not available')
  expect(await swarm.run()).toBe(0)
  expect(swarm.lines).toEqual(['stderr dray could not read the end of this output.'])
})
