import { pinnedName } from '../../model/image-reference.ts'
import type { HostObservation } from '../../model/observation.ts'
import { pinnedImages, type Release } from '../../model/release.ts'
import type { NeededThere } from '../../model/disk/disk-thing.ts'

/** What a deploy needs on a host: the images of the new release and of all recorded releases. */
export function findNeededThere({
  directory,
  resolved,
}: Pick<HostObservation, 'directory' | 'resolved'>): NeededThere {
  const { project } = directory.app
  const kept = findNeededByReleases(project, directory.releases)
  const wanted = [...resolved.values()].map(({ reference, digest }): [string, string] => [
    pinnedName(reference, digest),
    'the new release',
  ])
  return { project, images: new Map([...wanted, ...kept.images]) }
}

/** The same without a new release: the images of the recorded releases, each with the newest release that needs it. */
export function findNeededByReleases(project: string, releases: readonly Release[]): NeededThere {
  return {
    project,
    images: new Map(
      releases.flatMap((release) =>
        pinnedImages(release).map((image): [string, string] => [image, `release ${release.id}`]),
      ),
    ),
  }
}
