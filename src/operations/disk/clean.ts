import type { Lock, LockHolder } from '../../deploy/model/lock.ts'
import { RECORD_FORMAT } from '../../deploy/model/record-format.ts'
import { newestRelease, type Release } from '../../deploy/model/release.ts'
import type { DiskRules } from '../../deploy/model/disk/disk-rules.ts'
import { cleanupStages, type DiskThing } from '../../deploy/model/disk/disk-thing.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'
import { observeDisk, measure, type DiskHost, type HostDiskObservation } from './observe-disk.ts'
import { refuseNamedVolumes } from '../../deploy/plan/disk/plan-disk-space.ts'
import { removeThings } from '../../deploy/execute/remove-things.ts'

/** Result of a clean-up on one host, or of its dry run. */
export type Cleaned = Pick<HostDiskObservation, 'host' | 'fileSystems'> & {
  /** What was removed; in a dry run, what would be. */
  removed: readonly DiskThing[]
  retained: readonly DiskThing[]
  /** Measured afterwards; in a dry run, as before. */
  fileSystemsAfter: readonly FileSystem[]
}

export type CleanRequest = {
  app: string
  rules: DiskRules
  holder: LockHolder
  waitMs: number
  signal: AbortSignal
}

/**
 * Removes everything removable from a host, under the app's lock, so that no deploy of it runs. Throws LOCK_HELD,
 * DISK_SWEEP_REFUSED before anything is removed, and what the observation throws.
 */
export async function cleanHost(host: DiskHost, request: CleanRequest): Promise<Cleaned> {
  const { signal, waitMs, holder } = request
  await using lock = await host.lock(holder, { waitMs, signal })
  const observation = await lookToClean(host, request)
  const removed = await removeGoing(observation.things, host.engine, [signal, lock.lost])
  const fileSystemsAfter = await measure(host)
  const at = observation.inventory.takenAtMs
  await journalCleaning(lock, { releases: observation.releases, at, holder, removed: removed.map(nameOf) })
  return cleaned(observation, removed, fileSystemsAfter)
}

/** Removes what may go, stage by stage, until one of the signals aborts; returns what was removed. */
export async function removeGoing(
  things: readonly DiskThing[],
  engine: DiskHost['engine'],
  signals: readonly AbortSignal[],
): Promise<DiskThing[]> {
  const removed: DiskThing[] = []
  for (const stage of cleanupStages) {
    for (const signal of signals) signal.throwIfAborted()
    const going = things.filter((thing) => thing.stage === stage && thing.mayGo)
    if (going.length > 0) removed.push(...(await removeThings(engine, stage, going)))
  }
  return removed
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
  return cleaned(
    observation,
    observation.things.filter(({ mayGo }) => mayGo),
    observation.fileSystems,
  )
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
  { host, fileSystems, things }: HostDiskObservation,
  removed: readonly DiskThing[],
  fileSystemsAfter: readonly FileSystem[],
): Cleaned {
  const retained = things
    .filter((thing) => !removed.includes(thing))
    .map((thing) => (thing.mayGo ? { ...thing, reason: 'in use again, according to Docker' } : thing))
  return { host, fileSystems, removed, retained, fileSystemsAfter }
}

/** A thing as the journal has it. */
export function nameOf({ stage, name }: DiskThing): string {
  return `${stage}: ${name}`
}
