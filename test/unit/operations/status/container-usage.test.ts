import { expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import {
  sampleContainers,
  usageBetween,
  type SampledContainer,
  type UsageSample,
} from '../../../../src/operations/status/container-usage.ts'

const container = (name: string, changes: Partial<Container> = {}): Container =>
  ({
    ...{ id: name, name, service: 'backend', oneOff: false, state: 'running', health: 'healthy' },
    ...{ healthOutput: 'ok', restartCount: 2, startedAtMs: 5 },
    ...changes,
  }) as Container

const sample = (atMs: number, cpuNs: number): UsageSample => ({
  atMs,
  cpuNs,
  memoryBytes: 100,
  memoryLimitBytes: 400,
})

const sampled = (name: string, it: UsageSample | undefined): SampledContainer => ({
  container: container(name),
  sample: it,
})

test('CPU is that of the time between two samples, in percent of one', () => {
  const [usage] = usageBetween([sampled('a', sample(1000, 0))], [sampled('a', sample(3000, 3e9))])
  expect(usage).toMatchObject({ cpuPercent: 150, memoryBytes: 100, memoryLimitBytes: 400, restarts: 2 })
})

test.each<[string, UsageSample | undefined, UsageSample | undefined]>([
  ['is new', undefined, sample(2000, 5)],
  ['has restarted', sample(1000, 9e9), sample(2000, 5)],
  ['does not run any more', sample(1000, 5), undefined],
  ['was measured twice at the same time', sample(1000, 5), sample(1000, 6)],
])('of a container that %s it is not known', (_, before, after) => {
  const [usage] = usageBetween([sampled('a', before)], [sampled('a', after)])
  expect(usage).not.toHaveProperty('cpuPercent')
})

test('only containers that run are sampled, and those of tasks are left out', async () => {
  const asked: string[] = []
  const containers = [
    container('web'),
    container('old', { state: 'exited' }),
    container('migrate', { oneOff: true }),
  ]
  const found = await sampleContainers(
    {
      engine: { containers: async () => containers },
      usage: {
        sample: async (id) => {
          asked.push(id)
          return sample(1, 1)
        },
      },
    },
    'shop',
  )
  expect(asked).toEqual(['web'])
  expect(usageBetween([], found).map(({ name }) => name)).toEqual(['old', 'web'])
})
