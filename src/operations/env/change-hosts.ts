import { lockHosts, releaseAll } from '../../deploy/lock-hosts.ts'
import type { LockHolder } from '../../deploy/model/lock.ts'
import { joinFailures, nameHost, onEachHost } from '../../deploy/model/on-each-host.ts'
import type { Deployer } from '../../deploy/model/release.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { hostsDiffer, isNowhere, notChanged, type Outcome } from './change-failures.ts'
import type { ChangedNames, EnvChange, EnvCheck, EnvStore, EnvWriter } from './ports.ts'

/** A change of `.env` on one host. `make` is called with several writers. */
export type HostEdit = {
  store: EnvStore
  names: ChangedNames
  make: <R>(writer: EnvWriter<R>, by: LockHolder) => Promise<R>
}

export type ChangeRequest = {
  deployer: Deployer
  clock: Clock
  signal: AbortSignal
  environment: string
  /** The same command again gives every host the new values, whatever each has by then. */
  isRepeatable: boolean
}

/**
 * Makes a change on all hosts, or on none: takes all locks, has each host check the change, and only then writes; after a failure, the
 * hosts that have the new file get the old one back. Throws what `EnvStore` throws, of all hosts together, with every file as it
 * was, or as another process wrote it; ENV_DIFFERS if that cannot be had.
 */
export async function changeHosts(edits: readonly HostEdit[], request: ChangeRequest): Promise<EnvChange[]> {
  const { deployer, clock, signal } = request
  const [only] = edits
  if (only !== undefined && edits.length === 1)
    return [await only.make(only.store, { ...deployer, sinceMs: clock.now() })]

  const holders = new Map<EnvStore, LockHolder>()
  const hosts = edits.map(({ store }) => ({
    name: store.host,
    lock: async (holder: LockHolder, options: { waitMs: number; signal?: AbortSignal }) => {
      const lock = await store.lock(holder, options)
      holders.set(store, holder)
      return lock
    },
  }))
  const locks = await lockHosts({ hosts, deployer, clock, waitMs: 0 }, signal)
  try {
    const locked = edits.map((edit): LockedEdit => {
      const by = holders.get(edit.store)
      if (by === undefined) throw new DrayError('INTERNAL', `The lock of ${edit.store.host} has no holder.`)
      return { ...edit, by }
    })
    const checked = await onEachHost(locked, { nameOf, signal }, async (edit) => {
      const check = await edit.make(edit.store.underLock.check, edit.by)
      return { ...edit, check }
    })
    signal.throwIfAborted()
    const done = await writeAll(checked, request)
    // A host that cannot do it now does it with its next change.
    await Promise.allSettled(checked.map(({ store }) => store.underLock.dropOldCopies()))
    return done
  } finally {
    await releaseAll(locks)
  }
}

type LockedEdit = HostEdit & { by: LockHolder }
type CheckedEdit = LockedEdit & { check: EnvCheck }

const nameOf = ({ store }: HostEdit): string => store.host

/** Writes side by side, whatever happens meanwhile: an interrupt must not leave a part of the hosts changed. */
async function writeAll(edits: readonly CheckedEdit[], request: ChangeRequest): Promise<EnvChange[]> {
  const writtenAtMs = request.clock.now()
  const written = await Promise.allSettled(
    edits.map(({ make, store, by }) => make(store.underLock.write, by)),
  )
  const changes = written.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  if (changes.length === edits.length) return changes
  const failures: unknown[] = []
  const outcomes = await Promise.all(
    edits.map(async (edit, index): Promise<Outcome> => {
      const its = { host: edit.store.host, hadFile: edit.check.hashBefore !== 'none' }
      const result = written[index]
      if (result?.status === 'fulfilled')
        return { ...its, backup: result.value.backup, ...(await takeBack(edit, result.value)) }
      failures[index] = nameHost(result?.reason, its.host)
      return { ...its, state: await stateOf(edit) }
    }),
  )
  const failure = joinFailures(failures.filter((it) => it !== undefined))
  throw isNowhere(outcomes)
    ? notChanged(failure, outcomes)
    : hostsDiffer(failure, outcomes, { ...request, writtenAtMs })
}

async function takeBack(edit: CheckedEdit, change: EnvChange): Promise<Pick<Outcome, 'state' | 'failure'>> {
  if (change.outcome === 'unchanged') return { state: 'old' }
  try {
    await edit.store.underLock.takeBack({ change, check: edit.check, names: edit.names }, edit.by)
    return { state: 'put-back' }
  } catch (failure) {
    const state = await stateOf(edit)
    return state === 'old' ? { state: 'put-back' } : { state, failure }
  }
}

/** What a host has after a failure, which may have come after the file was moved. */
async function stateOf({ store, check }: CheckedEdit): Promise<Outcome['state']> {
  try {
    const hash = await store.underLock.hash()
    if (hash === check.hashBefore) return 'old'
    return hash === check.hashAfter ? 'new' : 'other'
  } catch {
    return 'unknown'
  }
}
