import { parseImageReference, type Digest } from '../deploy/model/image-reference.ts'
import { pinnedImages, type Release } from '../deploy/model/release.ts'
import { DrayError } from '../errors/dray-error.ts'

export type PromotedImage = {
  /** `ghcr.io/acme/shop`. */
  repository: string
  digest: Digest
}

export type Promotion = {
  from: { environment: string; hosts: readonly { name: string; release: Release | undefined }[] }
  /** The app's own repositories in the target environment. */
  to: { environment: string; repositories: readonly string[] }
}

/**
 * The tested images that the target environment uses, by their digests on the hosts.
 *
 * Throws PROMOTE_NOTHING if a host has no release, and PROMOTE_DIFFERENT if the hosts run different images, or if the target
 * environment uses an image that was not tested.
 */
export function choosePromoted({ from, to }: Promotion): PromotedImage[] {
  const tested = from.hosts.map(({ name, release }) => {
    if (release !== undefined) return { name, digests: digestsOf(release) }
    throw new DrayError('PROMOTE_NOTHING', `${from.environment} has no release on ${name}.`)
  })
  if (to.repositories.length === 0) {
    throw new DrayError(
      'PROMOTE_DIFFERENT',
      `The compose file of ${to.environment} has no image of the app's own.`,
    )
  }
  return to.repositories.map((repository) => {
    const [first, ...others] = tested.map(({ name, digests }) => ({ name, digest: digests.get(repository) }))
    if (first?.digest === undefined) {
      throw new DrayError(
        'PROMOTE_DIFFERENT',
        `${to.environment} uses ${repository}, which was not tested: ${from.environment} does not run it.`,
      )
    }
    const different = others.find(({ digest }) => digest !== first.digest)
    if (different === undefined) return { repository, digest: first.digest }
    throw new DrayError(
      'PROMOTE_DIFFERENT',
      `${first.name} and ${different.name} run different images of ${repository}.`,
      { hint: `Deploy one of them to all hosts first: \`dray deploy ${from.environment}\`.` },
    )
  })
}

function digestsOf(release: Release): ReadonlyMap<string, Digest> {
  return new Map(
    pinnedImages(release).flatMap((image): [string, Digest][] => {
      const { registry, repository, digest } = parseImageReference(image)
      return digest === undefined ? [] : [[`${registry}/${repository}`, digest]]
    }),
  )
}
