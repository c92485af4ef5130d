import { DrayError } from '../errors/dray-error.ts'
import type { Clock } from '../shared/clock.ts'
import { serverName } from '../shared/server-name.ts'
import type { Lock } from './model/lock.ts'
import type { TargetHost } from './model/ports.ts'
import type { Deployer } from './model/release.ts'

type LockableHost = Pick<TargetHost, 'name' | 'lock'>

export type LockRequest = {
  hosts: readonly LockableHost[]
  deployer: Deployer
  clock: Clock
  /** How long to wait for the lock of another deploy. */
  waitMs: number
}

/**
 * Another deploy that is refused on the first host lets go of the others within this time: it took them in the same moment as
 * this one.
 */
const LET_GO_MS = 5_000

/**
 * Takes the locks of all hosts, or none; gives them in the order of the hosts. First side by side, without waiting. If one is
 * held, those that were taken are released, and all are taken one after another in the order of the names: that is the same
 * for every deploy, so that no two wait for each other. Throws what `TargetHost.lock` throws.
 */
export async function lockHosts(request: LockRequest, signal: AbortSignal): Promise<Lock[]> {
  const { hosts, deployer, clock, waitMs } = request
  const take = (host: LockableHost, mostMs: number): Promise<Lock> =>
    host.lock({ ...deployer, sinceMs: clock.now() }, { waitMs: mostMs, signal })
  const [only] = hosts
  if (hosts.length === 1 && only !== undefined) return [await take(only, waitMs)]

  const attempts = await Promise.allSettled(hosts.map((host) => take(host, 0)))
  const locks = attempts.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  if (locks.length === hosts.length) return locks
  await releaseAll(locks)
  const failures = attempts.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))
  const other = failures.find((it) => !isHeld(it))
  if (other !== undefined) throw toError(other)
  return lockInOrder(hosts, { ...request, take })
}

async function lockInOrder(
  hosts: readonly LockableHost[],
  { clock, waitMs, take }: LockRequest & { take: (host: LockableHost, mostMs: number) => Promise<Lock> },
): Promise<Lock[]> {
  const untilMs = clock.now() + waitMs
  const taken = new Map<LockableHost, Lock>()
  try {
    for (const host of [...hosts].sort((a, b) => compareNames(a.name, b.name))) {
      const leastMs = taken.size === 0 ? 0 : LET_GO_MS
      taken.set(host, await take(host, Math.max(leastMs, untilMs - clock.now())))
    }
  } catch (error) {
    await releaseAll([...taken.values()])
    throw error
  }
  return hosts.flatMap((host) => taken.get(host) ?? [])
}

/** Releases locks; one whose connection broke is released by its host. */
export async function releaseAll(locks: readonly Lock[]): Promise<void> {
  await Promise.all(locks.map((lock) => lock[Symbol.asyncDispose]()))
}

/** By the server: two people may have entered different users. */
function compareNames(a: string, b: string): number {
  const [one, other] = [serverName(a), serverName(b)]
  return one === other ? 0 : one < other ? -1 : 1
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function isHeld(error: unknown): boolean {
  return error instanceof DrayError && error.code === 'LOCK_HELD'
}
