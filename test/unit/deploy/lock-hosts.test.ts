import { expect, test } from 'vitest'
import { lockHosts, releaseAll, type LockRequest } from '../../../src/deploy/lock-hosts.ts'
import type { Lock, LockHolder } from '../../../src/deploy/model/lock.ts'
import type { TargetHost } from '../../../src/deploy/model/ports.ts'
import { DrayError } from '../../../src/errors/dray-error.ts'
import { FakeClock } from '../../support/fake-clock.ts'

type Host = Pick<TargetHost, 'name' | 'lock'>

/** Hosts with one lock each; a deploy that finds it held asks again every 100 ms. */
function fleet(clock: FakeClock, names: readonly string[]) {
  const holders = new Map<string, string>()
  const log: string[] = []
  const targets = names.map(
    (name): Host =>
      ({
        name,
        lock: async ({ user }: LockHolder, { waitMs }: { waitMs: number }) => {
          const untilMs = clock.now() + waitMs
          await clock.sleep(1)
          while (holders.has(name)) {
            if (clock.now() >= untilMs) throw new DrayError('LOCK_HELD', `${holders.get(name)} has ${name}.`)
            await clock.sleep(100)
          }
          holders.set(name, user)
          log.push(`${user} ${name}`)
          return {
            journalBytes: 0,
            lost: new AbortController().signal,
            journal: () => undefined,
            settled: async () => undefined,
            [Symbol.asyncDispose]: async () => void holders.delete(name),
          } satisfies Lock
        },
      }) satisfies Host,
  )
  const request = (user: string, hosts: readonly Host[], waitMs = 0): LockRequest => ({
    hosts,
    deployer: { user, machine: 'm' },
    clock,
    waitMs,
  })
  return { targets, holders, log, request }
}

const signal = new AbortController().signal

test('takes all locks side by side, and gives them in the order of the hosts', async () => {
  const clock = new FakeClock()
  const { targets, holders, request } = fleet(clock, ['b', 'a', 'c'])
  const locks = await lockHosts(request('ann', targets), signal)
  expect([...holders]).toEqual([
    ['b', 'ann'],
    ['a', 'ann'],
    ['c', 'ann'],
  ])
  await releaseAll(locks)
  expect(holders.size).toBe(0)
})

test('leaves no host locked if one is held', async () => {
  const clock = new FakeClock()
  const { targets, holders, request } = fleet(clock, ['a', 'b', 'c'])
  holders.set('b', 'bob')
  await expect(lockHosts(request('ann', targets), signal)).rejects.toMatchObject({
    code: 'LOCK_HELD',
    message: 'bob has b.',
  })
  expect([...holders]).toEqual([['b', 'bob']])
})

test.each([0, 60_000])(
  'of two deploys with the hosts in opposite orders that wait %d ms, each gets all locks or none',
  async (waitMs) => {
    const clock = new FakeClock()
    const { targets, holders, request, log } = fleet(clock, ['deploy@a', 'b'])
    const attempt = async (user: string, hosts: readonly Host[]): Promise<string> => {
      try {
        const locks = await lockHosts(request(user, hosts, waitMs), signal)
        expect([...holders.values()]).toEqual([user, user])
        await clock.sleep(1_000)
        await releaseAll(locks)
        return `${user} deploys`
      } catch (error) {
        return `${user} ${error instanceof DrayError ? error.code : String(error)}`
      }
    }
    // Ann has the first lock when Bob asks for it, and Bob the second when Ann does.
    const [first, second] = targets
    const ends = await Promise.all([attempt('ann', [first!, second!]), attempt('bob', [second!, first!])])
    expect(ends.filter((it) => it.endsWith('deploys'))).toHaveLength(waitMs === 0 ? 1 : 2)
    expect(holders.size).toBe(0)
    expect(log.length).toBeGreaterThanOrEqual(2)
  },
)
