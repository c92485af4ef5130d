import { parseImageReference, type Digest } from '../deploy/model/image-reference.ts'
import type { Release } from '../deploy/model/release.ts'
import { DrayError } from '../errors/dray-error.ts'

export type PromotedImage = {
  /** `ghcr.io/acme/shop`. */
  repository: string
  digest: Digest
}

export type Promotion = {
  from: { environment: string; hosts: readonly { name: string; release: Release | undefined }[] }
  /** The app's own repositories that the other environment runs. */
  to: { environment: string; repositories: readonly string[] }
}

/**
 * The images that were tested and that the other environment runs, by what they are on the hosts.
 *
 * Throws PROMOTE_NOTHING where a host has no release, and PROMOTE_DIFFERENT where hosts run different ones, or where the other
 * environment runs an image that was not tested.
 */
export function choosePromoted({ from, to }: Promotion): PromotedImage[] {
  const tested = from.hosts.map(({ name, release }) => {
    if (release !== undefined) return { name, digests: digestsOf(release) }
    throw new DrayError('PROMOTE_NOTHING', `Nothing was deployed to ${from.environment} on ${name}.`)
  })
  if (to.repositories.length === 0) {
    throw new DrayError(
      'PROMOTE_DIFFERENT',
      `The compose file of ${to.environment} runs no image of the app's own.`,
    )
  }
  return to.repositories.map((repository) => {
    const [first, ...others] = tested.map(({ name, digests }) => ({ name, digest: digests.get(repository) }))
    if (first?.digest === undefined) {
      throw new DrayError(
        'PROMOTE_DIFFERENT',
        `${to.environment} runs ${repository}, which ${from.environment} does not: it was not tested.`,
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

function digestsOf({ services }: Release): ReadonlyMap<string, Digest> {
  return new Map(
    Object.values(services).map(({ image, digest }) => {
      const { registry, repository } = parseImageReference(image)
      return [`${registry}/${repository}`, digest]
    }),
  )
}
