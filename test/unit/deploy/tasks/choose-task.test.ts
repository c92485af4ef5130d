import { expect, test } from 'vitest'
import { chooseTask } from '../../../../src/deploy/tasks/choose-task.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const nodes = [fakeNode, { ...fakeNode, id: 'n2', name: 'w2' }, { ...fakeNode, id: 'n3', name: 'w3' }]
const task = (id: string, nodeId: string, slot: number, more = {}) =>
  fakeStackTask({ id, nodeId, slot, ...more })

const chosen = (choice: Parameters<typeof chooseTask>[0]) => chooseTask(choice).container

const choose = (tasks: ReturnType<typeof task>[], more: Partial<Parameters<typeof chooseTask>[0]> = {}) =>
  chosen({
    project: 'shop',
    service: 'web',
    index: undefined,
    services: [fakeStackService()],
    tasks,
    nodes,
    nodeIds: ['n1'],
    host: 'm1',
    renderCommand: (container) => `docker exec -it ${container} sh`,
    ...more,
  })

test('a task of the present definition on the node that dray reaches comes first, with the lowest slot', () => {
  const old = task('t1', 'n1', 1, { taskHash: 'old' })
  expect(choose([old, task('t3', 'n1', 3), task('t2', 'n1', 2), task('t4', 'n2', 0)])).toBe('shop_web.2.t2')
  expect(choose([old])).toBe('shop_web.1.t1')
  expect(choose([old, task('t3', 'n1', 3)], { index: 1 })).toBe('shop_web.1.t1')
})

test('a container of a global service is named after its node', () => {
  const { slot: _, ...global } = task('t1', 'n1', 1)
  expect(choose([global])).toBe('shop_web.n1.t1')
})

test('a global service has no numbers to choose from', () => {
  const services = [fakeStackService({ mode: 'global' })]
  expect(() => choose([task('t1', 'n1', 1)], { services, index: 1 })).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: 'Leave out `--index`.' }),
  )
})

test('tasks on other nodes are named with the command for one of them', () => {
  expect(() => choose([task('t3', 'n3', 3), task('t2', 'n2', 2)])).toThrow(
    expect.objectContaining({
      code: 'TASK_ELSEWHERE',
      exitCode: 3,
      message: 'web runs on w2, w3, and dray reaches m1 only.',
      hint: 'On node w2: `docker exec -it shop_web.2.t2 sh`. To have dray connect to it, list it under `nodes` in dray.yml.',
    }),
  )
})

test('a task on a listed node is chosen, with its node, if the manager has none', () => {
  const tasks = [task('t3', 'n3', 1), task('t2', 'n2', 2)]
  const choice = {
    project: 'shop',
    service: 'web',
    index: undefined,
    services: [fakeStackService()],
    tasks,
    nodes,
    host: 'm1',
    renderCommand: (container: string) => container,
  }
  expect(chooseTask({ ...choice, nodeIds: ['n1', 'n2'] })).toEqual({
    container: 'shop_web.2.t2',
    nodeId: 'n2',
  })
  expect(
    chooseTask({ ...choice, tasks: [...tasks, task('t1', 'n1', 3)], nodeIds: ['n1', 'n2'] }).nodeId,
  ).toBe('n1')
  expect(() => chooseTask({ ...choice, nodeIds: ['n1', 'n2'], index: 1 })).toThrow(
    expect.objectContaining({ message: 'web.1 runs on w3, and dray reaches w1, w2 only.' }),
  )
})

test('a task that ended, is about to, or has lost its node is not chosen', () => {
  const down = nodes.map((node) => (node.id === 'n1' ? { ...node, state: 'down' } : node))
  const none = { code: 'SERVICE_NOT_RUNNING', message: 'No task of web runs in the swarm of m1.' }
  for (const tasks of [
    [],
    [task('t1', 'n1', 1, { state: 'failed' })],
    [task('t1', 'n1', 1, { desiredState: 'shutdown' })],
  ])
    expect(() => choose(tasks)).toThrow(expect.objectContaining(none))
  expect(() => choose([task('t1', 'n1', 1)], { nodes: down })).toThrow(expect.objectContaining(none))
  expect(() => choose([task('t1', 'n1', 1)], { index: 2 })).toThrow(
    expect.objectContaining({ message: 'No task of web.2 runs in the swarm of m1.' }),
  )
})
