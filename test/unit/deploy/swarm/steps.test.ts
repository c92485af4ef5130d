import { expect, test } from 'vitest'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import type { Cluster, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { StackExecution } from '../../../../src/deploy/swarm/stack-execution.ts'
import { awaitTasks } from '../../../../src/deploy/swarm/steps/await-tasks.ts'
import { verifyStack } from '../../../../src/deploy/swarm/steps/conclude-stack.ts'
import { pullOnNodes } from '../../../../src/deploy/swarm/steps/pull-on-nodes.ts'

const image = `web@sha256:${'0'.repeat(64)}`
const services = [{ service: 'web', change: 'update' as const, cause: '', image, limitMs: 10_000 }]
const node = { id: 'n1', name: 'w1', role: 'worker' as const, state: 'ready', availability: 'active' }
const service = (more: Partial<StackService> = {}): StackService => ({
  id: 's1',
  service: 'web',
  image,
  mode: 'replicated',
  desiredTasks: 1,
  updateState: 'completed',
  updateMessage: '',
  isUpdateCurrent: true,
  version: 1,
  taskHash: 'new',
  spec: {} as StackService['spec'],
  uses: [],
  ...more,
})
const task = (more: Partial<StackTask> = {}): StackTask => ({
  id: 't1',
  serviceId: 's1',
  nodeId: 'n1',
  image,
  desiredState: 'running',
  state: 'running',
  error: '',
  hasContainer: true,
  exitCode: undefined,
  taskHash: 'new',
  createdAtMs: 0,
  ...more,
})

/** A swarm that answers so, and a clock that moves when it is waited for. */
function execution(cluster: Partial<Cluster>, tokens: (Secret | undefined)[] = []): StackExecution {
  let nowMs = 0
  const asked: Partial<Cluster> = {
    nodes: async () => [node],
    logTail: async () => ['boom'],
    removeService: async () => undefined,
    ...cluster,
  }
  return {
    host: { swarm: { cluster: asked } },
    observation: { directory: { app: { project: 'shop' } } },
    clock: { now: () => nowMs, sleep: async (ms: number) => void (nowMs += ms) },
    pullToken: async () => tokens.shift(),
    done: { jobs: new Set<string>() },
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
