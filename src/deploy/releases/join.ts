import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease } from '../model/observation.ts'
import { newestRelease, releaseNumber, type Release } from '../model/release.ts'
import type { DesiredState } from '../plan/observe-and-plan.ts'
import { desiredFromRelease, type ArchivingHost } from './rollback.ts'
import { hasRole, hasSameImages } from './same-release.ts'

/** A host whose current release another one gets. */
export type Donor = Pick<ArchivingHost, 'name' | 'services' | 'archive'>

export type JoinRequest = {
  host: ArchivingHost
  /** The other hosts of the environment that answer. */
  donors: readonly Donor[]
  /** The present configuration from dray.yml. */
  desired: DesiredRelease
}

/** Only the newest release is needed. */
const ATTEMPTS_READ = 1

/**
 * The desired state of a host that joins the others: their current release with its images by digest and its files, whatever the
 * tag means by now, without tasks. Throws HOSTS_DIFFER if they run different releases, NO_DONOR if none of them runs the services
 * of the host, and what reading the archives throws; HOSTS_DIFFER, too, if the host has a newer release than they.
 */
export async function resolveJoin(
  { host, donors, desired }: JoinRequest,
  signal: AbortSignal,
): Promise<DesiredState> {
  const found = await Promise.all(
    donors.map(async ({ name, services, archive }) => {
      const { releases } = await archive.read(ATTEMPTS_READ, signal)
      return { name, services, archive, release: newestRelease(releases) }
    }),
  )
  refuseDifferent(found)
  const donor = found.find(({ services }) => hasRole(host.services, services))
  if (donor?.release === undefined) throw noDonor(host, found)
  const { release, archive } = donor
  refuseNewer(host, newestRelease((await host.archive.read(ATTEMPTS_READ, signal)).releases), donor)
  const { restores: _, ...settings } = desiredFromRelease(release, desired, [])
  return {
    desired: { ...settings, restores: undefined, joins: { release: release.id, from: donor.name } },
    sites: [host.restore(release, archive)],
  }
}

type Found = Donor & { release: Release | undefined }

function refuseDifferent(found: readonly Found[]): void {
  const [first] = found
  const isOther = ({ release, services }: Found): boolean =>
    release?.id !== first?.release?.id ||
    (release !== undefined &&
      first?.release !== undefined &&
      hasRole(services, first.services) &&
      !hasSameImages(release, first.release))
  if (!found.some(isOther)) return
  const each = found.map(({ name, release }) => `${release?.id ?? 'none'} on ${name}`)
  throw new DrayError('HOSTS_DIFFER', `The other hosts run different releases: ${each.join(', ')}.`)
}

/** Their older release would be recorded below the newer one, which would stay the current one. */
function refuseNewer(host: ArchivingHost, own: Release | undefined, { name, release }: Found): void {
  if (own === undefined || release === undefined) return
  if (releaseNumber(own.id) <= releaseNumber(release.id)) return
  throw new DrayError(
    'HOSTS_DIFFER',
    `${host.name} has ${own.id}, which is newer than ${release.id} on ${name}.`,
    {
      hint: `To bring all hosts to the same release, deploy to all: \`dray deploy ENVIRONMENT\`. To return to ${release.id} everywhere: \`dray rollback ENVIRONMENT ${release.id}\`.`,
    },
  )
}

function noDonor(host: ArchivingHost, found: readonly Found[]): DrayError {
  if (found.every(({ release }) => release === undefined))
    return new DrayError('NO_DONOR', 'No release was deployed to the other hosts yet.')
  const services = host.services === undefined ? 'all services' : host.services.join(', ')
  return new DrayError(
    'NO_DONOR',
    `No other host that answers runs the services of ${host.name} (${services}), so their images and files are unknown.`,
  )
}
