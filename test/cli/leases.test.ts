import { expect, test } from 'vitest'
import { createLeases } from '../../src/cli/commands/inspect/watch/leases.ts'
import { FakeClock } from '../support/fake-clock.ts'

function counted() {
  const ended: string[] = []
  let opened = 0
  const open = (name: string) => () => {
    opened += 1
    return { [Symbol.dispose]: () => void ended.push(name) }
  }
  return { ended, open, opened: () => opened }
}

test('a thing is open once while it is asked for, and ends when nothing has asked for a while', async () => {
  const clock = new FakeClock()
  const { ended, open, opened } = counted()
  using leases = createLeases(clock, 5_000)
  const [first] = [leases.get('logs', open('logs')), leases.get('live', open('live'))]
  await clock.sleep(4_000)
  expect(leases.get('logs', open('logs'))).toBe(first)
  expect(opened()).toBe(2)
  await clock.sleep(4_000)
  await expect.poll(() => ended).toEqual(['live'])
  await clock.sleep(4_000)
  await expect.poll(() => ended).toEqual(['live', 'logs'])
  leases.get('logs', open('logs'))
  expect(opened()).toBe(3)
})

test('everything that is open ends with the leases', async () => {
  const { ended, open } = counted()
  const leases = createLeases(new FakeClock(), 5_000)
  leases.get('logs', open('logs'))
  leases[Symbol.dispose]()
  await expect.poll(() => ended).toEqual(['logs'])
})
