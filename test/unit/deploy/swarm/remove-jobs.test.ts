import { expect, test } from 'vitest'
import type { StackTask } from '../../../../src/deploy/model/cluster.ts'
import { removeJobs } from '../../../../src/deploy/swarm/remove-jobs.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'

const job = fakeStackService({ id: 'task', service: 'dray-task-migrate', mode: 'job', stopMs: 5_000 })

/** Its tasks run until a time. */
function swarm({
  untilMs = 0,
  tasks,
  state = 'ready',
}: {
  untilMs?: number
  tasks?: Partial<StackTask>[]
  state?: string
}) {
  const removed: string[] = []
  const clock = new FakeClock(0)
  const cluster = {
    services: async () => [fakeStackService(), job],
    pullJobs: async () => [
      { id: 'stuck', name: 'shop_dray-pull-1' },
      { id: 'pull', name: 'shop_dray-pull-2' },
    ],
    nodes: async () => [{ ...fakeNode, state }],
    tasks: async () =>
      (tasks ?? [{ serviceId: 'task' }]).map((it) =>
        fakeStackTask({ state: clock.now() < untilMs ? 'running' : 'shutdown', ...it }),
      ),
    removeService: async (id: string) => {
      if (id === 'stuck') throw new Error('refused')
      removed.push(id)
    },
  }
  return { cluster, clock, removed }
}

test('what a killed run left is removed: tasks and pulls, and no service of the app', async () => {
  const { cluster, clock, removed } = swarm({})
  await expect(removeJobs(cluster, 'shop', clock)).rejects.toThrow('refused')
  expect(removed).toEqual(['task', 'pull'])
})

test('a task that still runs in its grace period is waited for', async () => {
  const { cluster, clock } = swarm({ untilMs: 20_000 })
  const quiet = { ...cluster, pullJobs: async () => [] }
  await removeJobs(quiet, 'shop', clock)
  expect(clock.now()).toBe(20_000)
})

test('so is one whose job is gone already, since the run that removed it was killed', async () => {
  const { cluster, clock } = swarm({ untilMs: 8_000, tasks: [{ serviceId: 'gone' }] })
  expect(await removeJobs({ ...cluster, pullJobs: async () => [] }, 'shop', clock)).toEqual([])
  expect(clock.now()).toBe(8_000)
  const stuck = swarm({ untilMs: Infinity, tasks: [{ serviceId: 'gone' }] })
  const nodes = await removeJobs({ ...stuck.cluster, pullJobs: async () => [] }, 'shop', stuck.clock)
  expect(nodes).toEqual(['w1'])
})

test('one that does not stop is named, unless its node is down', async () => {
  const stuck = swarm({ untilMs: Infinity })
  await expect(
    removeJobs({ ...stuck.cluster, pullJobs: async () => [] }, 'shop', stuck.clock),
  ).rejects.toMatchObject({
    code: 'TASK_NOT_STOPPED',
    message: 'The container of job dray-task-migrate on node w1 did not stop within 35 s.',
  })
  const lost = swarm({ untilMs: Infinity, state: 'down' })
  await removeJobs({ ...lost.cluster, pullJobs: async () => [] }, 'shop', lost.clock)
  expect(lost.clock.now()).toBe(0)
})
