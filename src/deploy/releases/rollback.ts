import { DrayError } from '../../errors/dray-error.ts'
import { parseImageReference } from '../model/image-reference.ts'
import type { DesiredRelease, RestoredRelease } from '../model/observation.ts'
import type { DesiredState } from '../plan/observe-and-plan.ts'
import type { Site } from '../plan/observe/observe.ts'
import type { JournalEntry } from '../model/lock.ts'
import type { ArchiveContents, ReleaseArchive } from './release-archive.ts'
import { hasRole, hasSameImages } from './same-release.ts'
import { newestRelease, releaseNumber, type Release } from '../model/release.ts'
import { chooseTarget, possibleTargets, type TargetQuestion } from './rollback-target.ts'

export type RollbackRequest = {
  hosts: readonly ArchivingHost[]
  /** Id or tag of a release; undefined for the last successful one before the current one. */
  release: string | undefined
  /** The present configuration from dray.yml. */
  desired: DesiredRelease
  /** Milliseconds since the epoch. */
  now: number
}

/** A host with its archived releases, and the way to restore one there, with files from `archive`: its own without it. */
export type ArchivingHost = {
  name: string
  /** The services that it runs; absent for all. */
  services?: readonly string[]
  archive: ReleaseArchive
  restore: (release: Release, archive?: ReleaseArchive) => Site
}

/** Number of attempts searched for tasks: more than ever occur between two good releases. */
const ATTEMPTS_READ = 200

/**
 * The desired state of a rollback: an archived release with its images and files, without tasks. Throws RELEASE_UNKNOWN,
 * RELEASE_NONE_EARLIER and what reading the archives throws.
 */
export async function resolveRollback(request: RollbackRequest, signal: AbortSignal): Promise<DesiredState> {
  const { hosts, release: wanted, desired, now } = request
  const archives = await Promise.all(
    hosts.map(async (host) => ({ host, ...(await host.archive.read(ATTEMPTS_READ, signal)) })),
  )
  const { target, host: first } = chooseNewest(archives, { wanted, now })
  const sites = archives.map(({ host, releases: kept }) => {
    const isSameRole = (it: Found): boolean => hasRole(it.host.services, host.services)
    const original = archives
      .filter(isSameRole)
      .flatMap((it) =>
        it.releases.filter(({ id }) => id === target.id).map((release) => ({ release, from: it.host })),
      )
    const own = kept.find(({ id }) => id === target.id)
    const donor = original.find(({ from }) => from === first) ?? original[0]
    if (own !== undefined && (donor === undefined || hasSameImages(own, donor.release)))
      return host.restore(own)
    if (donor === undefined) throw notArchived(target.id, host.name)
    return host.restore(donor.release, donor.from.archive)
  })
  return {
    desired: desiredFromRelease(
      target,
      desired,
      tasksSince(
        target,
        // A task runs on one host, and only the journal there has it.
        archives.flatMap(({ journal }) => journal),
      ),
    ),
    sites,
    journalBytes: archives.map(({ journalBytes }) => journalBytes),
  }
}

/**
 * The newest of the targets of the hosts with the newest record, whatever the order of the hosts: one that was left out of a
 * release in between followed an older one, and one that joined later has fewer. Throws what `chooseTarget` throws if no host has
 * a target.
 */
function chooseNewest(
  archives: readonly Found[],
  question: Omit<TargetQuestion, 'releases'>,
): { target: Release; host: ArchivingHost | undefined } {
  const newest = Math.max(0, ...archives.map(({ releases }) => newestNumber(releases)))
  const current = archives
    .filter(({ releases }) => newestNumber(releases) === newest)
    .sort((a, b) => possibleTargets(b.releases).length - possibleTargets(a.releases).length)
  const failures: unknown[] = []
  const [found] = current
    .flatMap(({ host, releases }) => {
      try {
        return [{ host, target: chooseTarget({ ...question, releases }) }]
      } catch (error) {
        failures.push(error)
        return []
      }
    })
    .sort((a, b) => releaseNumber(b.target.id) - releaseNumber(a.target.id))
  if (found !== undefined) return found
  if (failures.length > 0) throw failures[0]
  return { host: undefined, target: chooseTarget({ ...question, releases: [] }) }
}

function newestNumber(releases: readonly Release[]): number {
  const newest = newestRelease(releases)
  return newest === undefined ? 0 : releaseNumber(newest.id)
}

type Found = ArchiveContents & { host: ArchivingHost }

/** The configuration from dray.yml, limited to what applies to the release being restored. */
export function desiredFromRelease(
  release: Release,
  desired: DesiredRelease,
  ranSince: RestoredRelease['tasksSince'],
): DesiredRelease {
  const { id, tag, commit, variables, services, entrances } = release
  const { proxyService } = desired
  return {
    ...desired,
    tag,
    commit,
    expected: [],
    tasks: [],
    // The release's files already include what dray added, if anything.
    proxyKeepalive: false,
    ownRepositories: [...desired.ownRepositories, ...deployedByTag(release)],
    rollout: Object.fromEntries(Object.entries(desired.rollout).filter(([name]) => name in services)),
    proxyService: proxyService !== undefined && proxyService in services ? proxyService : undefined,
    restores: {
      id,
      tag,
      variables,
      ...(entrances && { entrances }),
      tasksSince: ranSince,
    },
  }
}

/** Repositories that counted as own because of the release's tag. An image pinned in the compose file has no tag. */
function deployedByTag({ services, tag }: Release): string[] {
  if (tag === undefined) return []
  return Object.values(services)
    .filter((service) => service.tag === tag)
    .map(({ image }) => parseImageReference(image))
    .filter(({ registry }) => registry !== 'docker.io')
    .map(({ registry, repository }) => `${registry}/${repository}`)
}

/** An old journal does not contain the names of tasks. One whose container did not start has not run. */
function tasksSince(release: Release, journal: readonly JournalEntry[]): RestoredRelease['tasksSince'] {
  const isOf = ({ release: id, step }: JournalEntry, other: JournalEntry): boolean =>
    other.release === id && other['step'] === step
  const unstarted = journal.filter(({ ran }) => ran === false)
  return journal
    .filter(
      ({ event, kind }) => event === 'task.started' || (event === 'step.started' && kind === 'run-task'),
    )
    .filter((entry) => !unstarted.some((it) => isOf(it, entry)))
    .filter((entry) => releaseNumber(entry.release) > releaseNumber(release.id))
    .map((entry) => ({
      task: typeof entry['task'] === 'string' ? entry['task'] : 'of the app',
      release: entry.release,
    }))
}

function notArchived(id: string, host: string): DrayError {
  return new DrayError(
    'RELEASE_UNKNOWN',
    `Release ${id} is not archived on ${host}, nor on another host with its services.`,
    {
      hint: 'To bring all hosts to the same release, deploy its tag: `dray deploy ENVIRONMENT --tag TAG`.',
    },
  )
}
