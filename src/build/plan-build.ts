import { parseImageReference, renderImageReference, type Digest } from '../deploy/model/image-reference.ts'
import { DrayError } from '../errors/dray-error.ts'
import type { BakeDefinition, BakeTarget } from './bake-definition.ts'
import { cacheEntries, type BuildCache } from './build-cache.ts'

/** An image to build, once, even if several services run it. */
export type PlannedImage = {
  /** Its Bake target, which is the name of the service. */
  target: string
  /** `ghcr.io/acme/shop-backend`. */
  repository: string
  /** Full names, the one of the compose file first. */
  names: readonly string[]
}

/** A pushed image, by its digest. */
export type PushedImage = PlannedImage & { digest: Digest }

export type BuildPlan = { images: readonly PlannedImage[]; definition: BakeDefinition }

export type BuildWishes = {
  tag: string | undefined
  labels: Readonly<Record<string, string>>
  cache: BuildCache
  /** Whether the builder can write a cache. */
  canStore: boolean
  /** `linux/amd64`; default: those of the compose file. */
  platforms: readonly string[]
}

/**
 * The Bake definition of the compose file, with the names to push (the one of the compose file, the tag, and `latest`),
 * labels and caches. Caches of the compose file take precedence.
 *
 * Throws BUILD_NOTHING, BUILD_IMAGE_UNNAMED, BUILD_CONFLICT, and IMAGE_INVALID for an invalid name.
 */
export function planBuild({ targets }: BakeDefinition, wishes: BuildWishes): BuildPlan {
  if (targets.size === 0)
    throw new DrayError('BUILD_NOTHING', 'No service of the compose file has a `build:`.')
  const named = [...targets].map(([target, settings]) => ({
    ...nameImage(target, settings, wishes.tag),
    settings,
  }))
  const images = named.filter((it, index) => {
    const first = named.findIndex((other) => other.repository === it.repository)
    const twin = named[first]
    if (first === index || twin === undefined) return true
    if (JSON.stringify(twin.settings) === JSON.stringify(it.settings)) return false
    throw new DrayError(
      'BUILD_CONFLICT',
      `${twin.target} and ${it.target} have different builds with the same image name, ${it.repository}.`,
    )
  })
  const isOnly = images.length === 1
  return {
    images: images.map(({ target, repository, names }) => ({ target, repository, names })),
    definition: {
      targets: new Map(images.map((image) => [image.target, wantedTarget({ ...image, isOnly }, wishes)])),
    },
  }
}

function nameImage(target: string, { tags = [] }: BakeTarget, tag: string | undefined): PlannedImage {
  const [written] = tags
  if (written === undefined)
    throw new DrayError('BUILD_IMAGE_UNNAMED', `${target} has a \`build:\` but no \`image:\`.`)
  const reference = parseImageReference(written)
  const { registry, repository } = reference
  if (registry === 'docker.io' && repository.startsWith('library/')) {
    throw new DrayError(
      'BUILD_IMAGE_UNNAMED',
      `The image \`${written}\` of ${target} has no registry in its name.`,
    )
  }
  const withTag = (it: string): string => renderImageReference({ registry, repository, tag: it })
  const names = [reference.tag ?? 'latest', ...(tag === undefined ? [] : [tag]), 'latest'].map(withTag)
  return { target, repository: `${registry}/${repository}`, names: [...new Set(names)] }
}

type Wanted = PlannedImage & { settings: BakeTarget; isOnly: boolean }

function wantedTarget(image: Wanted, { labels, cache, canStore, platforms }: BuildWishes): BakeTarget {
  const { settings } = image
  const { from, to } = cacheEntries(cache, image)
  return {
    ...settings,
    tags: [...image.names],
    labels: { ...labels, ...settings.labels },
    ...(platforms.length > 0 && { platforms: [...platforms] }),
    'cache-from': settings['cache-from'] ?? from,
    'cache-to': canStore ? (settings['cache-to'] ?? to) : [],
  }
}
