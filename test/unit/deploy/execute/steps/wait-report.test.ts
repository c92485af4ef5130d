import { expect, test } from 'vitest'
import { createWaitReport } from '../../../../../src/deploy/execute/steps/wait-report.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'

function startReport(services: readonly string[]) {
  const texts: (string | undefined)[] = []
  const containers = services.map((service, index) => ({ id: String(index), service }) as Container)
  const context = {
    progress: ({ text }: { text?: string }) => void texts.push(text),
    execution: { clock: { now: () => 0 } },
  }
  const report = createWaitReport(containers, context as unknown as Parameters<typeof createWaitReport>[1])
  return { report, containers, last: () => texts.at(-1) }
}

test('names the service that is waited for, the last output of its check, and the time limit', () => {
  const { report, containers, last } = startReport(['web', 'api'])
  report.waits(containers[0]!, { said: '', untilMs: 60_000 })
  report.waits(containers[1]!, { said: '', untilMs: 5_000 })
  expect(last()).toBe('0 of 2 healthy; waiting for web, api for at most 60 s')
  report.waits(containers[1]!, { said: 'connection refused', untilMs: 5_000 })
  expect(last()).toBe('0 of 2 healthy; waiting for web, api for at most 60 s (api: connection refused)')
  report.passed(containers[0]!)
  expect(last()).toBe('1 of 2 healthy; waiting for api for at most 5 s (connection refused)')
  report.passed(containers[1]!)
  expect(last()).toBe('2 of 2 healthy')
})

test('names a service with several replicas once', () => {
  const { report, containers, last } = startReport(['web', 'web'])
  for (const container of containers) report.waits(container, { said: 'no', untilMs: 1_500 })
  expect(last()).toBe('0 of 2 healthy; waiting for web for at most 2 s (no)')
})
