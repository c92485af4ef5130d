import { expect, test } from 'vitest'
import type { StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { createJobRunner } from '../../../../src/deploy/swarm/job-runner.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { FakeTaskLogs } from '../../../support/fake-task-logs.ts'

const file = new Map([['nginx.conf', new Uint8Array()]])
const noLeader = () => new DrayError('SWARM_NO_LEADER', 'The swarm of m1 has no leader: DeadlineExceeded')

type Task = Partial<StackTask>

/** A swarm in which a job's task is in each of these states in turn; the last one stays. */
class FakeSwarm extends FakeTaskLogs {
  readonly log: string[] = []
  readonly clock = new FakeClock()
  readonly lines: string[] = []
  services: StackService[] = []
  /** At each look; the last one stays. */
  nodeStates = ['ready']
  /** How long the container of a removed job takes to stop. */
  stopsInMs = 1_000
  hasStarted = false
  onStart: () => void = () => undefined
  onRemove: () => void = () => undefined
  readonly #states: (Task | readonly Task[] | undefined)[]
  #removedAtMs = Infinity
  #last: StackTask[] = []

  constructor(...states: (Task | readonly Task[] | undefined)[]) {
    super()
    this.#states = states
  }

  #next(id: string): StackTask[] {
    if (!this.services.some((it) => it.id === id)) throw new DrayError('DOCKER_FAILED', 'service not found')
    const [state] = this.#states
    if (this.#states.length > 1) this.#states.shift()
    const tasks = state === undefined ? [] : [state].flat()
    this.#last = tasks.map((it) => fakeStackTask({ serviceId: 'job', ...it }))
    return this.#last
  }

  #remaining(): StackTask[] {
    const isOver = this.clock.now() >= this.#removedAtMs + this.stopsInMs
    return this.#last.map((it) => (isOver && it.state === 'running' ? { ...it, state: 'shutdown' } : it))
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
            this.services.push(fakeStackService({ id: 'job', service: job, mode: 'job', stopMs: 20_000 }))
            this.onStart()
          },
        },
        cluster: {
          taskLog: this.taskLog.bind(this),
          services: async () => this.services,
          nodes: async () => {
            const [state = 'ready'] = this.nodeStates
            if (this.nodeStates.length > 1) this.nodeStates.shift()
            return [{ ...fakeNode, state }]
          },
          tasksOf: async (id) => this.#next(id),
          tasks: async () => this.#remaining(),
          removeService: async (id) => {
            this.onRemove()
            this.log.push(`remove ${id}`)
            this.#removedAtMs = this.clock.now()
            this.services = this.services.filter((it) => it.id !== id)
          },
        },
      },
    })
    const onLine = (line: string, stream: string): void => void this.lines.push(`${stream} ${line}`)
    const onStarted = (): void => void (this.hasStarted = true)
    return runTask({ service: 'backend', argv: ['npm', 'run', 'sync'], onLine, onStarted, ...options })
  }
}

const placeless = {
  state: 'pending',
  hasContainer: false,
  nodeId: '',
  error: 'no suitable node (1 node down)',
}

test('a task prints as it runs, gives its exit code, and leaves no job', async () => {
  const swarm = new FakeSwarm(
    undefined,
    { state: 'preparing', hasContainer: false },
    { state: 'running' },
    { state: 'failed', exitCode: 7 },
  )
  swarm.services = [fakeStackService({ id: 'old', service: 'dray-task-sync-all', mode: 'job' })]
  swarm.write('t1', [1, 'begun'], [2, '\u001b[31ma problem', 'stderr'])
  expect(await swarm.run()).toBe(7)
  expect(swarm.lines).toEqual(['stdout begun', 'stderr a problem'])
  expect(swarm.log).toEqual([
    'remove old',
    'start shop_dray-task-sync-all: npm run sync in backend with nginx.conf',
    'remove job',
  ])
  expect(swarm.hasStarted).toBe(true)
  // Followed from the beginning, and read once more from a second before the last line.
  expect(swarm.requests).toEqual(['t1 since ever tail all', 't1 since 01 tail all'])
})

test('a job that is cancelled is removed, and its container is waited for, as long as it may take to stop', async () => {
  const cancel = new AbortController()
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.stopsInMs = 45_000
  const startedAtMs = swarm.clock.now()
  const running = swarm.run({ signal: cancel.signal })
  swarm.onStart = () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.'))
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(swarm.log.slice(1)).toEqual(['remove job'])
  expect(swarm.hasStarted).toBe(true)
  expect(swarm.clock.now() - startedAtMs).toBeLessThan(45_000)
})

test('one that does not stop is named, and does not hide the result', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.stopsInMs = Infinity
  await expect(swarm.run({ timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'HOST_COMMAND_FAILED' })
  expect(swarm.lines).toEqual([
    'stderr The job of task Sync_all may still run: The container of job dray-task-sync-all on node w1 did not stop within 50 s. `docker service rm shop_dray-task-sync-all` on a manager removes it.',
  ])
})

test('an earlier run that does not stop keeps the task from running twice', async () => {
  const swarm = new FakeSwarm({ state: 'running', serviceId: 'old' })
  const old = fakeStackService({ id: 'old', service: 'dray-task-sync-all', mode: 'job' })
  swarm.services = [old]
  swarm.stopsInMs = Infinity
  await swarm.run({ timeoutMs: 1_000 }).catch(() => undefined)
  swarm.services = [old]
  swarm.hasStarted = false
  await expect(swarm.run()).rejects.toMatchObject({ code: 'TASK_NOT_STOPPED', exitCode: 3 })
  expect(swarm.hasStarted).toBe(false)
})

test('a time limit ends the job, with what it printed', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
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
    false,
  ],
  [
    'STACK_NO_NODE',
    placeless,
    'Swarm finds no node for task Sync_all: no suitable node (1 node down).',
    false,
  ],
  [
    'TASK_FAILED',
    { state: 'accepted', hasContainer: false },
    'Swarm did not start task Sync_all within 2 min: it is accepted on node w1.',
    true,
  ],
  [
    'TASK_FAILED',
    { state: 'preparing', hasContainer: false },
    'Node w1 did not prepare task Sync_all within 30 min.',
    true,
  ],
])('%s says why a task did not run', async (code, state, message, mayHaveRun) => {
  const swarm = new FakeSwarm(state)
  await expect(swarm.run()).rejects.toMatchObject({ code, message })
  expect(swarm.services).toEqual([])
  expect(swarm.hasStarted).toBe(mayHaveRun)
})

test('a node that is down for a minute while the task runs ends it: nothing shows whether it ended', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
  swarm.nodeStates = ['ready', 'ready', 'disconnected']
  const startedAtMs = swarm.clock.now()
  await expect(swarm.run()).rejects.toMatchObject({
    code: 'TASK_NODE_LOST',
    exitCode: 4,
    message: 'Node w1 went down while task Sync_all was running there.',
  })
  expect(swarm.clock.now() - startedAtMs).toBeGreaterThanOrEqual(60_000)
  expect([swarm.services, swarm.hasStarted]).toEqual([[], true])
})

test('one that is back in time does not', async () => {
  const swarm = new FakeSwarm(...Array<Task>(20).fill({ state: 'running' }), { state: 'complete' })
  swarm.nodeStates = [...Array<string>(10).fill('down'), 'ready']
  expect(await swarm.run()).toBe(0)
})

test('a task that Swarm ran again after it failed has failed', async () => {
  const again = [
    { id: 't1', state: 'failed', exitCode: 3, createdAtMs: 1 },
    { id: 't2', state: 'running', createdAtMs: 2 },
  ]
  const swarm = new FakeSwarm(again)
  expect(await swarm.run()).toBe(3)
  expect(swarm.lines).toEqual(['stderr Swarm ran task Sync_all 2 times.'])
})

test('a task whose job is removed by hand may have run', async () => {
  const swarm = new FakeSwarm({ state: 'running' })
  const clock = swarm.clock
  swarm.onStart = () => {
    void clock.sleep(2_000).then(() => {
      swarm.services = []
    })
  }
  await expect(swarm.run()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: 'Task Sync_all was removed from the swarm while it ran.',
  })
  expect(swarm.hasStarted).toBe(true)
})

test('a job that was created although the swarm lost its leader is watched to its end', async () => {
  const swarm = new FakeSwarm({ state: 'complete' })
  swarm.onStart = () => {
    throw noLeader()
  }
  expect(await swarm.run()).toBe(0)
  expect(swarm.log.at(-1)).toBe('remove job')
})

test.each([
  ['no job is there', 3, false],
  ['no manager says whether it is there', 4, true],
])('a start that failed without a leader, after which %s', async (_, exitCode, mayHaveRun) => {
  const swarm = new FakeSwarm()
  swarm.onStart = () => {
    swarm.services = []
    if (mayHaveRun) Object.defineProperty(swarm, 'services', { get: () => Promise.reject(noLeader()) })
    throw noLeader()
  }
  await expect(swarm.run()).rejects.toMatchObject({ code: 'SWARM_NO_LEADER', exitCode })
  expect(swarm.hasStarted).toBe(mayHaveRun)
})

test('a start that Docker refused ran nothing', async () => {
  const swarm = new FakeSwarm()
  swarm.onStart = () => {
    swarm.services = []
    throw new DrayError('STACK_REFUSED', 'invalid mount')
  }
  await expect(swarm.run()).rejects.toMatchObject({ code: 'STACK_REFUSED' })
  expect(swarm.hasStarted).toBe(false)
})

test('a cancelled run that has not begun starts nothing', async () => {
  const swarm = new FakeSwarm()
  await expect(swarm.run({ signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow('cancelled')
  expect([swarm.log, swarm.hasStarted]).toEqual([[], false])
})

test('a job that cannot be removed does not hide the result of the task', async () => {
  const swarm = new FakeSwarm({ state: 'failed', exitCode: 3 })
  swarm.onRemove = () => {
    throw noLeader()
  }
  expect(await swarm.run()).toBe(3)
  expect(swarm.lines.join()).toContain(
    'The job of task Sync_all may still run: The swarm of m1 has no leader',
  )
})

test('output whose end cannot be read is not passed off as whole', async () => {
  const swarm = new FakeSwarm({ state: 'running' }, { state: 'complete' })
  swarm.problems.set('t1', 'node n1 is not available')
  expect(await swarm.run()).toBe(0)
  expect(swarm.lines).toEqual(['stderr dray could not read the end of this output.'])
})
