import {
  parseImageReference,
  pinnedName,
  renderImageReference,
  type Digest,
  type ImageReference,
} from '../../deploy/model/image-reference.ts'
import type { Engine, Registry, ResolvedImage } from '../../deploy/model/ports.ts'
import type { Release } from '../../deploy/model/release.ts'
import { DrayError } from '../../errors/dray-error.ts'

/**
 * Resolves the images of an archived release from its record and the images on the host, without a registry. Only an image
 * that is missing on the host is requested from `registry`; RELEASE_IMAGE_GONE if it cannot be pulled.
 */
export function createArchivedRegistry(parts: {
  release: Release
  /** For error messages. */
  host: string
  engine: Pick<Engine, 'imageConfig'>
  /** Called only if an image is missing. */
  registry: () => Registry
}): Registry {
  const { release, host, engine, registry } = parts
  const services = Object.values(release.services)
  const tags = new Map(services.map(({ image, tag }) => [image, tag]))
  const adopted = new Map(
    services.flatMap(({ adoptedName, digest }): [string, Digest][] =>
      adoptedName === undefined ? [] : [[renderImageReference(parseImageReference(adoptedName)), digest]],
    ),
  )

  return {
    resolve: async (reference, platform, signal): Promise<ResolvedImage> => {
      const digest = reference.digest ?? adopted.get(renderImageReference(reference))
      if (digest === undefined) throw unpinned(reference, release)
      const name = pinnedName(reference, digest)
      const tag = tags.get(name)
      const named: ImageReference = {
        registry: reference.registry,
        repository: reference.repository,
        ...(tag === undefined ? {} : { tag }),
      }
      const config = await engine.imageConfig(name)
      if (config !== undefined) return { reference: named, digest, layers: [], config }
      try {
        return { ...(await registry().resolve(reference, platform, signal)), reference: named }
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof DrayError)) throw error
        throw imageGone({ name, tag, release, host }, error)
      }
    },
    credentials: (registryHost) => registry().credentials(registryHost),
  }
}

function imageGone(
  { name, tag, release, host }: { name: string; tag: string | undefined; release: Release; host: string },
  cause: DrayError,
): DrayError {
  const repository = name.replace(/@.*$/, '')
  return new DrayError(
    'RELEASE_IMAGE_GONE',
    `Release ${release.id} needs ${tag === undefined ? name : `${repository}:${tag}`}, which is no longer on ${host} and cannot be pulled: ${cause.message}`,
    {
      hint: `${cause.hint} Or roll back to another release: \`dray history ${release.environment}\` lists them.`,
      details: cause.details,
      cause,
    },
  )
}

function unpinned(reference: ImageReference, release: Release): DrayError {
  return new DrayError(
    'RELEASE_CHANGED',
    `Release ${release.id} has no digest for its image ${reference.repository}.`,
  )
}
