import type { Lock, LockHolder } from '../../deploy/model/lock.ts'
import { RECORD_FORMAT } from '../../deploy/model/record-format.ts'
import { newestRelease, type Release } from '../../deploy/model/release.ts'
import type { DiskRules } from '../../deploy/model/disk/disk-rules.ts'
import { cleanupStages, type CleanupStage, type DiskThing } from '../../deploy/model/disk/disk-thing.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'
import { observeDisk, measure, type DiskHost, type HostDiskObservation } from './observe-disk.ts'
import { refuseNamedVolumes } from '../../deploy/plan/disk/plan-disk-space.ts'
import { removeThings } from '../../deploy/execute/remove-things.ts'

/** Result of a clean-up on one host, or of its dry run. */
export type Cleaned = Pick<HostDiskObservation, 'host' | 'fileSystems'> & {
  /** What was removed; in a dry run, what would be. */
  removed: readonly DiskThing[]
  retained: readonly DiskThing[]
  /** Measured afterwards, empty if that failed; in a dry run, as before. */
  fileSystemsAfter: readonly FileSystem[]
  /** It ended in the middle, by a failure or a signal: more could have been removed. */
  isIncomplete?: true
}

/** What a clean-up did, and why it ended before it was done. */
export type CleanedUntil = { cleaned: Cleaned; failures: readonly unknown[] }

export type CleanRequest = {
  app: string
  rules: DiskRules
  holder: LockHolder
  waitMs: number
  signal: AbortSignal
}

/**
 * Removes everything removable from a host, under the app's lock, so that no deploy of it runs. Throws LOCK_HELD,
 * DISK_SWEEP_REFUSED before anything is removed, and what the observation throws; from then on, failures are told beside what
 * was removed.
 */
export async function cleanHost(host: DiskHost, request: CleanRequest): Promise<CleanedUntil> {
  const { signal, waitMs, holder } = request
  await using lock = await host.lock(holder, { waitMs, signal })
  const observation = await lookToClean(host, request)
  const { cleaned, failures } = await removeGoing(observation, host.engine, {
    signals: [signal, lock.lost],
    measure: () => measure(host),
  })
  const at = observation.inventory.takenAtMs
  const removed = cleaned.removed.map(nameOf)
  const unwritten = await failureOf(
    journalCleaning(lock, { releases: observation.releases, at, holder, removed }),
  )
  return { cleaned, failures: [...failures, ...unwritten] }
}

/** Removes what may go, stage by stage, until one of the signals aborts or the Engine fails. Never rejects. */
export async function removeGoing(
  observation: Pick<HostDiskObservation, 'host' | 'fileSystems' | 'things'>,
  engine: DiskHost['engine'],
  { signals, measure }: { signals: readonly AbortSignal[]; measure: () => Promise<readonly FileSystem[]> },
): Promise<CleanedUntil> {
  const removed: DiskThing[] = []
  let gone: DiskThing[] = []
  const unfinished = new Set<CleanupStage>(cleanupStages)
  const failures: unknown[] = []
  let fileSystemsAfter: readonly FileSystem[] = []
  try {
    for (const stage of cleanupStages) {
      for (const signal of signals) signal.throwIfAborted()
      const things = observation.things.filter((thing) => thing.stage === stage && thing.mayGo)
      gone = []
      if (things.length > 0)
        removed.push(...(await removeThings(engine, { stage, things, onGone: (it) => gone.push(it) })))
      unfinished.delete(stage)
    }
  } catch (error) {
    removed.push(...gone)
    failures.push(error)
  }
  try {
    fileSystemsAfter = await measure()
  } catch (error) {
    // After a failure, the next one has the same cause.
    if (failures.length === 0) failures.push(error)
  }
  return { cleaned: cleaned(observation, { removed, fileSystemsAfter, unfinished }), failures }
}

/** What a promise rejects with, if it does. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown[]> {
  return promise.then(
    () => [],
    (reason: unknown) => [reason],
  )
}

type Cleaning = { releases: readonly Release[]; at: number; holder: LockHolder; removed: readonly string[] }

/** Writes what was removed to the journal, under the current release; nothing without one. Throws what the journal throws. */
export async function journalCleaning(
  lock: Lock,
  { releases, at, holder: { user, machine, run }, removed }: Cleaning,
): Promise<void> {
  const release = newestRelease(releases)?.id
  if (release === undefined) return
  const by = { user, machine, ...(run === undefined ? {} : { run }) }
  lock.journal({ version: RECORD_FORMAT, at, release, event: 'disk.cleaned', by, removed })
  await lock.settled()
}

/** The same as a dry run: takes no lock and changes nothing. Throws DISK_SWEEP_REFUSED and what the observation throws. */
export async function planCleaning(
  host: DiskHost,
  request: Omit<CleanRequest, 'holder' | 'waitMs'>,
): Promise<Cleaned> {
  return planFrom(await lookToClean(host, request))
}

/** What an observation says that `dray clean` would remove. Throws DISK_SWEEP_REFUSED. */
export function planFrom(observation: HostDiskObservation): Cleaned {
  refuseNamedVolumes(observation.things, observation.host)
  return cleaned(observation, {
    removed: observation.things.filter(({ mayGo }) => mayGo),
    fileSystemsAfter: observation.fileSystems,
  })
}

/** The rule `sweep: none` applies to deploys only: a manual clean-up is deliberate. */
async function lookToClean(
  host: DiskHost,
  { app, rules, signal }: Pick<CleanRequest, 'app' | 'rules' | 'signal'>,
): Promise<HostDiskObservation> {
  const observation = await observeDisk(host, { app, rules, signal })
  refuseNamedVolumes(observation.things, host.name)
  return observation
}

/** The result of a clean-up. Things that Docker refused to remove are in use again, or gone. */
export function cleaned(
  { host, fileSystems, things }: Pick<HostDiskObservation, 'host' | 'fileSystems' | 'things'>,
  {
    removed,
    fileSystemsAfter,
    unfinished = new Set(),
  }: Pick<Cleaned, 'removed' | 'fileSystemsAfter'> & { unfinished?: ReadonlySet<CleanupStage> },
): Cleaned {
  const isIncomplete = unfinished.size > 0
  const reasonOf = ({ stage }: DiskThing): string =>
    unfinished.has(stage) ? 'the clean-up ended early' : 'in use again, according to Docker'
  const retained = things
    .filter((thing) => !removed.includes(thing))
    .map((thing) => (thing.mayGo ? { ...thing, reason: reasonOf(thing) } : thing))
  return { host, fileSystems, removed, retained, fileSystemsAfter, ...(isIncomplete && { isIncomplete }) }
}

/** A thing as the journal has it. */
export function nameOf({ stage, name }: DiskThing): string {
  return `${stage}: ${name}`
}
