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
  expect(new Map(holders)).toEqual(new Map(Object.entries({ a: 'ann', b: 'ann', c: 'ann' })))
  await locks[0]?.[Symbol.asyncDispose]()
  expect(holders.has('b')).toBe(false)
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

test('one that waits for a host holds only those before it, by name', async () => {
  const clock = new FakeClock()
  const { targets, holders, request } = fleet(clock, ['d', 'b', 'c', 'a'])
  holders.set('b', 'bob')
  const locking = lockHosts(request('ann', targets, 60_000), signal)
  await clock.sleep(1_000)
  expect([...holders]).toEqual([
    ['b', 'bob'],
    ['a', 'ann'],
  ])
  holders.set('d', 'eve')
  holders.delete('b')
  await clock.sleep(1_000)
  expect(new Map(holders)).toEqual(new Map(Object.entries({ a: 'ann', b: 'ann', c: 'ann', d: 'eve' })))
  holders.delete('d')
  expect(await locking).toHaveLength(4)
})

test('the time for many hosts is not the sum of theirs, also where the last one is held', async () => {
  const clock = new FakeClock()
  const names = Array.from({ length: 50 }, (_, index) => `h${index + 10}`)
  const { targets, holders, request } = fleet(clock, names)
  holders.set('h59', 'bob')
  const startedAtMs = clock.now()
  const locking = lockHosts(request('ann', targets, 60_000), signal)
  await clock.sleep(5)
  holders.delete('h59')
  expect(await locking).toHaveLength(50)
  expect(clock.now() - startedAtMs).toBeLessThanOrEqual(105)
})

test('every host that cannot be locked for another reason is named', async () => {
  const clock = new FakeClock()
  const { targets, holders, request } = fleet(clock, ['a', 'b', 'c'])
  const broken = targets.map((host): Host => {
    if (host.name === 'b') return host
    const lock = () => Promise.reject(new DrayError('PATH_NOT_WRITABLE', 'The directory is not writable.'))
    return { ...host, lock }
  })
  await expect(lockHosts(request('ann', broken), signal)).rejects.toMatchObject({
    code: 'PATH_NOT_WRITABLE',
    message: 'a: The directory is not writable.',
    details: { problems: ['c: The directory is not writable.'] },
  })
  expect(holders.size).toBe(0)
})
