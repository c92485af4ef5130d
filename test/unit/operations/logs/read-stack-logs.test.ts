import { describe, expect, test } from 'vitest'
import type { ClusterNode, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { LogNote } from '../../../../src/operations/logs/read-logs.ts'
import { readStackLogs, type MissingLines } from '../../../../src/operations/logs/read-stack-logs.ts'
import { systemClock, type Clock } from '../../../../src/shared/clock.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { FakeTaskLogs, lineTime } from '../../../support/fake-task-logs.ts'

/** Time passes a hundred times as fast. */
const startedAtMs = Date.now()
const clock: Clock = {
  now: () => startedAtMs + (Date.now() - startedAtMs) * 100,
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
}

class FakeStack extends FakeTaskLogs {
  services: StackService[] = [
    fakeStackService({ id: 's1', service: 'backend' }),
    fakeStackService({ id: 's2', service: 'worker' }),
  ]
  tasks: StackTask[] = []
  nodes: ClusterNode[] = [fakeNode, { ...fakeNode, id: 'n2', name: 'w2' }]
  readonly logsAtOnce: number

  constructor(logsAtOnce = 10) {
    super()
    this.logsAtOnce = logsAtOnce
  }

  add(id: string, facts: Partial<StackTask>, ...lines: [number, string][]): void {
    this.tasks.push(fakeStackTask({ id, slot: 1, ...facts }))
    if (lines.length > 0) this.write(id, ...lines)
  }

  change(id: string, facts: Partial<StackTask>): void {
    this.tasks = this.tasks.map((task) => (task.id === id ? { ...task, ...facts } : task))
  }

  setNode(id: string, state: string): void {
    this.nodes = this.nodes.map((node) => (node.id === id ? { ...node, state } : node))
  }

  cluster() {
    return {
      logsAtOnce: this.logsAtOnce,
      taskLog: this.taskLog.bind(this),
      services: async () => this.services,
      tasks: async () => this.tasks,
      nodes: async () => this.nodes,
    }
  }
}

type Options = {
  services?: string[]
  since?: string
  follow?: boolean
  /** Called with everything read and told so far; true ends the reading. */
  until?: (seen: readonly string[]) => boolean
}

/** What is read and told, in order, until all was read or `until` says so. */
async function read(stack: FakeStack, { services = [], since, follow = false, until }: Options = {}) {
  const seen: string[] = []
  const stopping = new AbortController()
  const see = (...some: string[]): void => {
    seen.push(...some)
    if (until?.(seen)) stopping.abort()
  }
  const onNote = (note: LogNote): void => {
    if (note.change !== 'found') see(`(${note.container.name} ${note.change})`)
  }
  const onMissing = ({ node, containers, ...why }: MissingLines): void => {
    const words = 'words' in why ? ` ${why.words}` : ''
    see(`(${node} ${why.reason}: ${containers.map(({ name }) => name).join(' ')}${words})`)
  }
  const request = {
    host: { name: 'm1', project: 'shop', cluster: stack.cluster() },
    services,
    since,
    tail: 5,
    follow,
    clock,
    onNote,
    onMissing,
    onAbsence: () => see('(absent)'),
  }
  for await (const batch of readStackLogs(request, stopping.signal)) {
    see(...batch.map(({ container, text }) => `${container.name}: ${text}`))
  }
  return seen
}

describe('the logs of a stack', () => {
  test('are those of its tasks on all nodes, by time', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [1, 'first'], [4, 'fourth'])
    stack.add('b', { slot: 2, nodeId: 'n2' }, [2, 'second'])
    stack.add('c', { serviceId: 's2', nodeId: 'n2' }, [3, 'third'])
    expect(await read(stack)).toEqual([
      'backend.1@w1: first',
      'backend.2@w2: second',
      'worker.1@w2: third',
      'backend.1@w1: fourth',
    ])
    expect(await read(stack, { services: ['worker'], since: lineTime(3) })).toEqual(['worker.1@w2: third'])
    expect(stack.requests).toEqual([
      'a since ever tail 5',
      'b since ever tail 5',
      'c since ever tail 5',
      'c since 03 tail 5',
    ])
  })

  test('include runs that ended on their own, and none that Swarm has replaced or that is a job', async () => {
    const stack = new FakeStack()
    stack.services.push(fakeStackService({ id: 's3', service: 'dray-task-migrate', mode: 'job' }))
    stack.add('crashed', { state: 'failed', desiredState: 'shutdown', exitCode: 3 }, [1, 'boom'])
    stack.add('other-definition', { state: 'failed', desiredState: 'shutdown', taskHash: 'old' }, [1, 'old'])
    stack.add('replaced', { state: 'shutdown', desiredState: 'shutdown' }, [1, 'replaced'])
    stack.add('job', { serviceId: 's3' }, [1, 'migrating'])
    stack.add('waiting', { state: 'pending', hasContainer: false, nodeId: '' })
    stack.add('runs', {}, [2, 'again'])
    expect(await read(stack)).toEqual(['(backend.1@w1 stopped)', 'backend.1@w1: boom', 'backend.1@w1: again'])
  })

  test('say which lines are missing, since a node is down', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [1, 'here'])
    stack.add('b', { slot: 2, nodeId: 'n2', desiredState: 'shutdown' }, [2, 'not read'])
    stack.setNode('n2', 'down')
    expect(await read(stack)).toEqual(['(w2 down: backend.2@w2)', 'backend.1@w1: here'])
  })

  test('do not wait for a node that sends nothing, and say so', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [1, 'here'])
    stack.add('b', { slot: 2, nodeId: 'n2' })
    stack.silent.add('b')
    expect(await read(stack)).toEqual(['(w2 silent: backend.2@w2)', 'backend.1@w1: here'])
  })

  test('pass on that the Engine could not read all of a log', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [1, 'here'])
    stack.problems.set(
      'a',
      'Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be retrieved for the following reasons: node n1 is not available',
    )
    expect((await read(stack)).sort()).toEqual([
      '(w1 incomplete: backend.1@w1 node w1 is not available)',
      'backend.1@w1: here',
    ])
  })

  test('are absent without a task, and refused where they are more than the connection carries', async () => {
    const stack = new FakeStack(1)
    expect(await read(stack)).toEqual(['(absent)'])
    stack.add('a', {}, [1, 'here'])
    stack.add('b', { slot: 2 }, [1, 'here'])
    await expect(read(stack)).rejects.toMatchObject({
      code: 'HOST_COMMAND_FAILED',
      message: 'm1 allows dray to read 1 logs at the same time, but 2 are needed.',
    })
  })
})

describe('followed', () => {
  /** Does the next thing whenever something was seen; ends after the last. */
  const inTurn = (...acts: (() => void)[]): Options => ({
    follow: true,
    until: () => {
      acts.shift()?.()
      return acts.length === 0
    },
  })
  const end = (): void => undefined

  test('they include a task that starts, from its beginning, and note one that ends', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [1, 'old'])
    const seen = await read(
      stack,
      inTurn(
        () => stack.add('b', { slot: 2, nodeId: 'n2' }, [2, 'new']),
        end,
        () => stack.change('a', { state: 'shutdown', desiredState: 'shutdown' }),
        end,
      ),
    )
    expect(seen).toEqual([
      'backend.1@w1: old',
      '(backend.2@w2 started)',
      'backend.2@w2: new',
      '(backend.1@w1 ended)',
    ])
    expect(stack.requests).toContain('b since ever tail all')
  })

  test('they say when a node goes down, and continue without a repeated line when it is back', async () => {
    const stack = new FakeStack()
    stack.add('a', {}, [3, 'before'])
    const seen = await read(
      stack,
      inTurn(
        () => stack.setNode('n1', 'down'),
        () => {
          stack.write('a', [5, 'after'])
          stack.setNode('n1', 'ready')
        },
        end,
      ),
    )
    expect(seen).toEqual(['backend.1@w1: before', '(w1 down: backend.1@w1)', 'backend.1@w1: after'])
    // From a second before the last line, but not from before the first one, which --tail has cut off.
    expect(stack.requests).toEqual(['a since ever tail 5', 'a since 03 tail all'])
  })
})
