import { DrayError } from '../errors/dray-error.ts'
import type { Clock } from '../shared/clock.ts'
import { serverName } from '../shared/server-name.ts'
import type { Lock } from './model/lock.ts'
import { joinFailures, settleEachHost } from './model/on-each-host.ts'
import type { TargetHost } from './model/ports.ts'
import type { Deployer } from './model/release.ts'

/** A host whose app can be locked. */
export type LockableHost = Pick<TargetHost, 'name' | 'lock'>

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
 * Takes the locks of all hosts, or none; gives them in the order of the hosts. They are taken side by side, without waiting. If one is
 * held, this waits for the first such, in the order of the names, and holds only those before it meanwhile: that order is the same
 * for every deploy, so that no two wait for each other. Throws what `TargetHost.lock` throws, of all hosts together.
 */
export async function lockHosts(request: LockRequest, signal: AbortSignal): Promise<Lock[]> {
  const { hosts, deployer, clock, waitMs } = request
  const untilMs = clock.now() + waitMs
  const take = (host: LockableHost, mostMs: number): Promise<Lock> =>
    host.lock({ ...deployer, sinceMs: clock.now() }, { waitMs: mostMs, signal })
  const [only] = hosts
  if (hosts.length === 1 && only !== undefined) return [await take(only, waitMs)]

  const inOrder = [...hosts].sort((a, b) => compareNames(a.name, b.name))
  const taken = new Map<LockableHost, Lock>()
  try {
    for (;;) {
      await takeFree(inOrder, { taken, take: (host) => take(host, 0) })
      const held = inOrder.findIndex((host) => !taken.has(host))
      const host = inOrder[held]
      if (host === undefined) return hosts.flatMap((it) => taken.get(it) ?? [])
      await release(inOrder.slice(held), taken)
      const leastMs = held === 0 ? 0 : LET_GO_MS
      taken.set(host, await take(host, Math.max(leastMs, untilMs - clock.now())))
    }
  } catch (error) {
    await releaseAll([...taken.values()])
    throw error
  }
}

/** Takes the locks that are missing, side by side, except those that are held. */
async function takeFree(
  hosts: readonly LockableHost[],
  { taken, take }: { taken: Map<LockableHost, Lock>; take: (host: LockableHost) => Promise<Lock> },
): Promise<void> {
  const missing = hosts.filter((host) => !taken.has(host))
  const { failures } = await settleEachHost(
    missing,
    ({ name }) => name,
    async (host) => taken.set(host, await take(host)),
  )
  const others = failures.filter((it) => !isHeld(it))
  if (others.length > 0) throw joinFailures(others)
}

async function release(hosts: readonly LockableHost[], taken: Map<LockableHost, Lock>): Promise<void> {
  const locks = hosts.flatMap((host) => taken.get(host) ?? [])
  for (const host of hosts) taken.delete(host)
  await releaseAll(locks)
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

function isHeld(error: unknown): boolean {
  return error instanceof DrayError && error.code === 'LOCK_HELD'
}
