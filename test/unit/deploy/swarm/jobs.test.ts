import { expect, test } from 'vitest'
import { isOwnJob, taskJobName } from '../../../../src/deploy/swarm/jobs.ts'
import { fakeStackService } from '../../../support/fake-stack.ts'

test('the name of a job is that of its task, in the characters that Swarm takes', () => {
  expect(taskJobName('shop', 'migrate')).toBe('dray-task-migrate')
  expect(taskJobName('shop', 'Seed.demo_data')).toBe('dray-task-seed-demo-data')
})

test.each([31, 40, 50])('with a project of %i characters, it is not longer than 63', (length) => {
  const stack = 'p'.repeat(length)
  const names = ['migrate', 'a-task-with-a-rather-long-name', 'another-task-with-a-long-name'].map((task) =>
    taskJobName(stack, task),
  )
  for (const name of names) {
    expect(`${stack}_${name}`.length).toBeLessThanOrEqual(63)
    expect(name).toMatch(/^dray-.*[a-z0-9]$/)
  }
  expect(new Set(names).size).toBe(3)
})

test('a job of dray is known by its mode and name', () => {
  const job = fakeStackService({ service: 'dray-task-migrate', mode: 'job' })
  expect([isOwnJob(job), isOwnJob({ ...job, mode: 'replicated' })]).toEqual([true, false])
})
