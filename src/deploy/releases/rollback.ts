import { DrayError } from '../../errors/dray-error.ts'
import { parseImageReference } from '../model/image-reference.ts'
import type { DesiredRelease, RestoredRelease } from '../model/observation.ts'
import type { DesiredState } from '../plan/observe-and-plan.ts'
import type { Site } from '../plan/observe.ts'
import type { JournalEntry } from '../model/ports.ts'
import type { ReleaseArchive } from './release-archive.ts'
import { releaseNumber, type Release } from '../model/release.ts'
import { chooseTarget } from './rollback-target.ts'

export type RollbackRequest = {
  hosts: readonly ArchivingHost[]
  /** Id or tag of a release; undefined for the last that worked before the current one. */
  release: string | undefined
  /** What dray.yml says now. */
  desired: DesiredRelease
  /** Milliseconds since the epoch. */
  now: number
}

/** A host with the releases it keeps, and the way to have one of them there again. */
export type ArchivingHost = {
  name: string
  archive: ReleaseArchive
  restore: (release: Release) => Site
}

/** Tasks are looked for among so many attempts, which is more than anybody makes between two good releases. */
const ATTEMPTS_READ = 200

/**
 * What a rollback wants: a kept release, with the images and files that it had, and none of the tasks. Throws
 * RELEASE_UNKNOWN, RELEASE_NONE_EARLIER and what reading the archives throws.
 */
export async function resolveRollback(request: RollbackRequest, signal: AbortSignal): Promise<DesiredState> {
  const { hosts, release: wanted, desired, now } = request
  const archives = await Promise.all(
    hosts.map(async (host) => ({ host, ...(await host.archive.read(ATTEMPTS_READ, signal)) })),
  )
  const [first] = archives
  const releases = first?.releases ?? []
  const target = chooseTarget({ releases, wanted, now })
  const sites = archives.map(({ host, releases: kept }) => {
    const there = kept.find(({ id }) => id === target.id)
    if (there === undefined) throw notKept(target.id, host.name)
    return host.restore(there)
  })
  return {
    desired: desiredFromRelease(target, desired, tasksSince(target, first?.journal ?? [])),
    sites,
    journalBytes: archives.map(({ journalBytes }) => journalBytes),
  }
}

/** What dray.yml says now, as far as it concerns the release that is wanted again. */
export function desiredFromRelease(
  release: Release,
  desired: DesiredRelease,
  ranSince: RestoredRelease['tasksSince'],
): DesiredRelease {
  const { id, tag, variables, services } = release
  const { proxyService } = desired
  return {
    ...desired,
    tag,
    expected: [],
    tasks: [],
    // The files of the release have what dray put among them, or had nothing.
    proxyKeepalive: false,
    ownRepositories: [...desired.ownRepositories, ...deployedByTag(release)],
    rollout: Object.fromEntries(Object.entries(desired.rollout).filter(([name]) => name in services)),
    proxyService: proxyService !== undefined && proxyService in services ? proxyService : undefined,
    restores: { id, tag, variables, tasksSince: ranSince },
  }
}

/** Repositories that counted as the team's own for the release's tag. What a release pins has no tag to tell by. */
function deployedByTag({ services, tag }: Release): string[] {
  if (tag === undefined) return []
  return Object.values(services)
    .filter((service) => service.tag === tag)
    .map(({ image }) => parseImageReference(image))
    .filter(({ registry }) => registry !== 'docker.io')
    .map(({ registry, repository }) => `${registry}/${repository}`)
}

/** A journal of before dray named its tasks there says only that there was one. */
function tasksSince(release: Release, journal: readonly JournalEntry[]): RestoredRelease['tasksSince'] {
  return journal
    .filter(
      ({ event, kind }) => event === 'task.started' || (event === 'step.started' && kind === 'run-task'),
    )
    .filter((entry) => releaseNumber(entry.release) > releaseNumber(release.id))
    .map((entry) => ({
      task: typeof entry['task'] === 'string' ? entry['task'] : 'of the app',
      release: entry.release,
    }))
}

function notKept(id: string, host: string): DrayError {
  return new DrayError('RELEASE_UNKNOWN', `${host} does not keep release ${id}, which the first host does.`, {
    hint: 'Deploy its tag instead, which brings all hosts to the same release: `dray deploy ENVIRONMENT --tag TAG`.',
  })
}
