import { expect, test } from 'vitest'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import type { Cluster, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { DesiredRelease } from '../../../../src/deploy/model/observation.ts'
import type { ProbeAnswer } from '../../../../src/deploy/model/prober.ts'
import type { StackExecution } from '../../../../src/deploy/swarm/stack-execution.ts'
import { afterStackFailure } from '../../../../src/deploy/swarm/undo-stack.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const service = (name: string, more: Partial<StackService> = {}) =>
  fakeStackService({ id: name, service: name, spec: name as unknown as StackService['spec'], ...more })
const task = (name: string, more: Partial<StackTask> = {}) =>
  fakeStackTask({ id: `${name}.1`, serviceId: name, ...more })
const crashed = task('worker', { state: 'failed', desiredState: 'shutdown', exitCode: 3 })

type Given = {
  before: { services: readonly StackService[]; tasks: readonly StackTask[] }
  now?: { services: readonly StackService[]; tasks: readonly StackTask[] }
  done?: Partial<StackExecution['done']>
  cluster?: Partial<Cluster>
  probeUrl?: DesiredRelease['probeUrl']
  answer?: ProbeAnswer
  /** Time limit of each service. */
  limitMs?: number
}

function undo({ before, now = before, done = {}, cluster = {}, probeUrl, answer, limitMs = 0 }: Given) {
  let nowMs = 0
  const calls: string[] = []
  const lost = new AbortController()
  const execution = {
    plan: {
      release: 'r2',
      steps: [
        {
          kind: 'verify-stack',
          services: before.services.map(({ service: name }) => ({ service: name, limitMs })),
        },
      ],
    },
    desired: { probeUrl },
    host: {
      name: 'm1',
      prober: { get: async () => answer },
      directory: { restore: async () => void calls.push('restore') },
      swarm: {
        cluster: {
          nodes: async () => [fakeNode],
          services: async () => now.services,
          tasks: async () => now.tasks,
          pullJobs: async () => [],
          restoreService: async (id: string) => void calls.push(`put back ${id}`),
          removeService: async (id: string) => void calls.push(`remove ${id}`),
          recreateService: async (spec: unknown) => void calls.push(`create ${String(spec)}`),
          ...cluster,
        },
      },
    },
    observation: {
      there: { network: [], config: ['shop_key-111111111111'], secret: ['shop_key-111111111111'] },
      ...before,
      nodes: [fakeNode],
      directory: { app: { project: 'shop' }, releases: [{ id: 'r1', tag: 'v1', services: {} }] },
    },
    lock: { lost: lost.signal, journal: () => undefined, settled: async () => undefined },
    patience: { urlCheckMs: 0 },
    clock: { now: () => nowMs, sleep: async (ms: number) => void (nowMs += ms) },
    emit: () => undefined,
    done: {
      placed: true,
      updated: true,
      recorded: false,
      tasks: [],
      answered: new Map(),
      pulled: new Map(),
      ...done,
    },
  } as unknown as StackExecution
  const reason = new DrayError('STACK_STUCK', 'Nothing moves.')
  return { failed: afterStackFailure(reason, execution), calls }
}

const running = { services: [service('api'), service('worker')], tasks: [task('api'), task('worker')] }

test('every service gets its old definition, and what is running is looked at', async () => {
  const now = {
    services: [service('api', { version: 2, taskHash: 'new' }), service('worker')],
    tasks: running.tasks,
  }
  const { failed, calls } = undo({ before: running, now })
  expect(await failed).toMatchObject({
    error: { code: 'STACK_STUCK', exitCode: 1 },
    undone: { serving: 'Release r1 (v1) is running, as before.', servingRelease: 'r1' },
  })
  expect(calls).toEqual(['restore', 'put back api'])
})

test('a service that was removed for its port is created again when the new one has stopped', async () => {
  const before = {
    services: [service('api'), service('web', { ports: ['80'] })],
    tasks: [task('api'), task('web')],
  }
  const now = {
    services: [service('api', { version: 2 }), service('frontend', { ports: ['80'], stopMs: 5_000 })],
    tasks: before.tasks,
  }
  let looks = 0
  let tries = 0
  const { failed, calls } = undo({
    before,
    now,
    cluster: {
      // The first look is for jobs that were removed before.
      tasks: async () => [...before.tasks, task('frontend', { state: ++looks < 5 ? 'running' : 'shutdown' })],
      services: async () => (tries < 2 ? now.services : before.services),
      recreateService: async (spec: unknown) => {
        if (++tries < 2)
          throw new DrayError('DOCKER_FAILED', "port '80' is already in use by service 'shop_frontend'.")
        calls.push(`create ${String(spec)} after ${looks} looks`)
      },
    },
  })
  const { error, undone } = await failed
  expect(error).toMatchObject({ code: 'STACK_STUCK', exitCode: 1 })
  expect(calls).toEqual(['restore', 'remove frontend', 'put back api', expect.stringMatching(/^create web/)])
  expect(undone.undone).toContain('web created again')
})

test('a service that was down before is not waited for, and is named', async () => {
  const before = { services: running.services, tasks: [task('api'), crashed] }
  const { failed } = undo({ before })
  expect(await failed).toMatchObject({
    error: { code: 'STACK_STUCK', exitCode: 1 },
    undone: {
      serving:
        'Release r1 (v1) is running, except worker, of which 0 of 1 tasks run (a task on node w1 exited with code 3), as before.',
      servingRelease: 'r1',
    },
  })
})

test('a secret that was made for the release is removed when the old definitions are back, and an earlier one stays', async () => {
  const things = async (kind: 'configs' | 'secrets') => [
    { id: `old-${kind}`, name: 'shop_key-0123456789ab', stack: 'shop' },
    { id: `new-${kind}`, name: 'shop_key-ba9876543210', stack: 'shop' },
    { id: `earlier-${kind}`, name: 'shop_key-111111111111', stack: 'shop' },
    { id: `users-${kind}`, name: 'key-ba9876543210', stack: 'shop' },
    { id: `own-${kind}`, name: 'shop_by_hand', stack: 'shop' },
    { id: `foreign-${kind}`, name: 'other_key-0123456789ab', stack: 'other' },
  ]
  const removed: string[] = []
  const removeThing = async (kind: string, id: string) => removed.push(`${kind} ${id}`) > 0
  const services = [service('api', { uses: ['old-secrets', 'old-configs'] }), service('worker')]
  const { failed } = undo({
    before: { ...running, services },
    cluster: { things, removeThing },
  })
  expect(await failed).toMatchObject({ error: { code: 'STACK_STUCK' } })
  expect(removed.sort()).toEqual(['configs new-configs', 'secrets new-secrets'])
})

test('one that ran before, and does not come back, is a failure of the undo', async () => {
  const { failed } = undo({
    before: running,
    now: { services: running.services, tasks: [task('api'), crashed] },
  })
  expect(await failed).toMatchObject({
    error: {
      code: 'UNDO_FAILED',
      exitCode: 4,
      message: expect.stringContaining('The old tasks do not all run: worker 0 of 1') as string,
    },
  })
})

test('one that comes back within its own time limit is waited for', async () => {
  let looks = 0
  const { failed } = undo({
    before: running,
    limitMs: 300_000,
    // 200 s: twice a second.
    cluster: { tasks: async () => (++looks < 400 ? [task('api'), crashed] : running.tasks) },
  })
  expect(await failed).toMatchObject({ error: { code: 'STACK_STUCK', exitCode: 1 } })
})

test('before Swarm got anything, what runs is looked at, too', async () => {
  const now = { services: running.services, tasks: [task('api'), crashed] }
  const { failed } = undo({ before: running, now, done: { updated: false } })
  const { undone } = await failed
  expect(undone.serving).toBe(
    'Release r1 (v1) is running, except worker, of which 0 of 1 tasks run (a task on node w1 exited with code 3).',
  )
  expect(undone.servingRelease).toBeUndefined()
  const cut = undo({
    before: running,
    done: { updated: false },
    cluster: { tasks: async () => Promise.reject(new Error('no leader')) },
  })
  expect((await cut.failed).undone.serving).toBe(
    'Release r1 (v1) was running before the deploy. Its tasks could not be checked.',
  )
})

test('a failure does not keep the rest from being undone, and each is named', async () => {
  const now = {
    services: [
      service('api', { version: 2 }),
      service('worker', { version: 2 }),
      service('added'),
      service('dray-task-migrate', { mode: 'job' }),
    ],
    tasks: running.tasks,
  }
  const { failed, calls } = undo({
    before: running,
    now,
    cluster: {
      restoreService: async (id) => {
        if (id === 'api') throw new DrayError('DOCKER_FAILED', 'update out of sequence.')
        calls.push(`put back ${id}`)
      },
      removeService: async (id) => {
        if (id === 'dray-task-migrate') throw new DrayError('DOCKER_FAILED', 'The job stays.')
        calls.push(`remove ${id}`)
      },
    },
  })
  const { error } = await failed
  expect(calls).toEqual(['restore', 'remove added', 'put back worker'])
  expect(error).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 })
  expect(error.message).toContain('The job stays. update out of sequence.')
})

test('a URL that answered during the deploy, and no longer does, is a failure of the undo', async () => {
  const url = 'http://app.example.com/'
  const facts = { before: running, probeUrl: url, answer: { status: 502 } }
  const answered = new Map([[url, { url, below: 400 }]])
  expect((await undo({ ...facts, done: { answered } }).failed).error.code).toBe('UNDO_FAILED')
  const silent = await undo(facts).failed
  expect(silent).toMatchObject({
    error: { code: 'STACK_STUCK' },
    undone: { serving: `Release r1 (v1) is running, as before; ${url} answers 502.` },
  })
})

test('waits for the update with the old definition, which Swarm begins a moment later', async () => {
  const [web] = [service('web')]
  const updating = { ...web, updateState: 'updating' } as StackService
  let looks = 0
  const { failed } = undo({
    before: { services: [web], tasks: [task('web')] },
    cluster: {
      services: async () => {
        looks += 1
        return looks >= 4 && looks <= 8 ? [updating] : [web]
      },
    },
  })
  expect((await failed).undone.serving).toBe('Release r1 (v1) is running, as before.')
})
