import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease } from '../model/observation.ts'
import { joinFailures, settleEachHost } from '../model/on-each-host.ts'
import {
  newestRelease,
  releaseNumber,
  renderDeployAgain,
  serviceNames,
  type Release,
} from '../model/release.ts'
import { someNames } from '../model/some-names.ts'
import type { DesiredState } from '../plan/observe-and-plan.ts'
import { desiredFromRelease, type ArchivingHost } from './rollback.ts'
import { chooseParts, combineReleases, hasFront, type ReleasePart } from './combine-releases.ts'
import { limitRelease } from './limit-release.ts'
import type { ReleaseArchive } from './release-archive.ts'
import { findOtherImage, hasRole } from './same-release.ts'

/** A host whose current release another one gets. */
export type Donor = Pick<ArchivingHost, 'name' | 'services' | 'archive'>

export type JoinRequest = {
  host: ArchivingHost
  /** The other hosts of the environment that answer. */
  donors: readonly Donor[]
  /** The failures of those that do not. */
  down?: readonly DrayError[]
  /** The files of a release that several of them keep. */
  combine: (parts: readonly [ReleasePart, ...ReleasePart[]]) => ReleaseArchive
  /** The present configuration from dray.yml. */
  desired: DesiredRelease
}

/** Only the newest release is needed. */
const ATTEMPTS_READ = 1

/**
 * The desired state of a host that joins the others: the newest release of them with its images by digest and its files, whatever
 * the tag means by now, without tasks. A host with another role gives it, too, if it runs all services of the host, and several do
 * together if no host does alone. A host with an older release or with none gives none, and is named in the notes, like one whose
 * release cannot be read. Throws HOSTS_DIFFER if the newest release has other images on one host than on another, NO_DONOR if no host
 * with it runs a service of the host, and what reading the archives throws if none can be read; HOSTS_DIFFER, too, if the host has a
 * newer release than they, or if the records of several are of different deploys.
 */
export async function resolveJoin(
  { host, donors, down = [], combine, desired }: JoinRequest,
  signal: AbortSignal,
): Promise<DesiredState> {
  const { results, failures } = await settleEachHost(
    donors,
    ({ name }) => name,
    (donor) => readNewest(donor, signal),
  )
  signal.throwIfAborted()
  const unread = [...down, ...failures]
  const fatal = unread.find((it) => !(it instanceof DrayError))
  if (fatal !== undefined || (results.length === 0 && unread.length > 0)) throw fatal ?? joinFailures(unread)
  const newest = newestRelease(results.flatMap(({ release }) => release ?? []))
  const current = results.flatMap(({ release, ...it }) =>
    release !== undefined && release.id === newest?.id ? [{ ...it, release }] : [],
  )
  refuseDifferent(current)
  if (newest === undefined) throw new DrayError('NO_DONOR', 'No release was deployed to the other hosts yet.')
  const donor = chooseDonor(host, current) ?? combineDonors(host, current, combine)
  const { release, archive } = donor
  refuseNewer(host, newestRelease((await host.archive.read(ATTEMPTS_READ, signal)).releases), donor)
  const { restores: _, ...settings } = desiredFromRelease(release, desired, [])
  return {
    desired: {
      ...settings,
      restores: undefined,
      joins: { release: release.id, from: donor.name },
      notes: [...describeUnread(unread, donor), ...describeOthers(results, donor)],
    },
    sites: [host.restore(release, archive)],
  }
}

/** A host that was read, with its newest release, if it has one. */
type Found = Donor & { release: Release | undefined }
/** A host with the newest release of all. */
type Current = Donor & { release: Release }

async function readNewest({ name, services, archive }: Donor, signal: AbortSignal): Promise<Found> {
  const { releases } = await archive.read(ATTEMPTS_READ, signal)
  return { name, ...(services && { services }), archive, release: newestRelease(releases) }
}

/** Two deploys, each without the other's host, may have taken the same number. */
function refuseDifferent(current: readonly Current[]): void {
  for (const [index, one] of current.entries())
    for (const other of current.slice(index + 1)) {
      const service = findOtherImage(one.release, other.release)
      if (service === undefined) continue
      throw new DrayError(
        'HOSTS_DIFFER',
        `${service} of release ${one.release.id} has another image on ${one.name} than on ${other.name}.`,
      )
    }
}

function describeUnread(unread: readonly unknown[], { name, release }: Current): string[] {
  return unread.flatMap((it) =>
    it instanceof DrayError
      ? [`Whether another host has a newer release than ${release.id} of ${name} is unknown: ${it.message}`]
      : [],
  )
}

/** Hosts that have another release than the newest one, and give none. */
function describeOthers(found: readonly Found[], donor: Current): string[] {
  return found.flatMap(({ name, release }) => {
    if (release === undefined) return [`${name} has no release yet.`]
    if (release.id === donor.release.id) return []
    return [`${name} has ${release.id}, which is older than ${donor.release.id} of ${donor.name}.`]
  })
}

/** Their older release would be recorded below the newer one, which would stay the current one. */
function refuseNewer(host: ArchivingHost, own: Release | undefined, { name, release }: Current): void {
  if (own === undefined) return
  if (releaseNumber(own.id) <= releaseNumber(release.id)) return
  throw new DrayError(
    'HOSTS_DIFFER',
    `${host.name} has ${own.id}, which is newer than ${release.id} on ${name}.`,
    {
      hint: `To bring ${own.id} to all hosts: ${renderDeployAgain('ENVIRONMENT', own)}. To return to ${release.id} everywhere: \`dray rollback ENVIRONMENT ${release.id}\`.`,
    },
  )
}

/** A host that runs all services of the host; with the same role, if there is one. */
function chooseDonor(host: ArchivingHost, current: readonly Current[]): Current | undefined {
  return [...current]
    .sort((a, b) => Number(hasRole(host.services, b.services)) - Number(hasRole(host.services, a.services)))
    .flatMap((it) => {
      const release = limitRelease(it.release, { services: host.services, of: it.services })
      return release === undefined ? [] : [{ ...it, release }]
    })[0]
}

function combineDonors(
  host: ArchivingHost,
  current: readonly Current[],
  combine: JoinRequest['combine'],
): Current {
  const { parts, missing } = chooseParts(current, host.services)
  const [first, ...others] = parts
  if (first === undefined || missing.length > 0) throw noDonor(host, current, missing)
  const all = [first, ...others] as const
  return {
    name: all.map(({ name }) => name).join(', '),
    archive: combine(all),
    release: combineReleases(all, host.name),
  }
}

function noDonor(
  { name }: ArchivingHost,
  current: readonly Current[],
  missing: readonly string[],
): DrayError {
  const id = current[0]?.release.id ?? 'the release'
  const services = missing.join(', ')
  const fronted = current.filter(
    (it) => hasFront(it) && serviceNames(it.release).some((service) => missing.includes(service)),
  )
  if (fronted.length > 0) {
    const names = someNames(fronted.map((it) => it.name))
    return new DrayError(
      'NO_DONOR',
      `${name} is to run ${services}, which only hosts with a front run in ${id} (${names}), and a front is made for the services of its host.`,
    )
  }
  const names = someNames(current.map((it) => it.name))
  return new DrayError(
    'NO_DONOR',
    `${name} is to run ${services}, which no other host that answers runs in ${id} (${names}), so their images and files are unknown.`,
  )
}
