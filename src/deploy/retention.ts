import { keepTagOwner } from './image-reference.ts'
import type { LocalImage } from './ports.ts'
import type { Release } from './release.ts'

/**
 * Names of images on the host that belong to this app and that neither the new release nor a kept one needs: both the
 * digest names and the tags of ours that stand for them. An image belongs to the app when a release of it ran it, or when
 * it is kept for it and of a repository that one did. One that is kept for another app, too, keeps its digest name.
 */
export function unneededImageNames(facts: {
  /** Compose project of the app. */
  project: string
  images: readonly LocalImage[]
  /** `repo@sha256:…` of the new release. */
  needed: readonly string[]
  kept: readonly Release[]
  /** Every release on record, kept or not. */
  known: readonly Release[]
}): string[] {
  const keptImages = new Set([
    ...facts.needed,
    ...facts.kept.flatMap((release) => Object.values(release.services).map((service) => service.image)),
  ])
  const recorded = new Set(
    facts.known.flatMap((release) => Object.values(release.services).map((service) => service.image)),
  )
  const keptRepositories = new Set([...keptImages, ...recorded].map(repositoryOf))
  const ours = (name: string): boolean =>
    recorded.has(name) ||
    (keptRepositories.has(repositoryOf(name)) && keepTagOwner(name, facts.project) === 'ours')
  return facts.images
    .filter((image) => !image.digests.some((name) => keptImages.has(name)))
    .filter((image) => [...image.digests, ...image.tags].some(ours))
    .flatMap((image) => {
      const isShared = image.tags.some((name) => keepTagOwner(name, facts.project) === 'others')
      const digests = isShared ? [] : image.digests.filter((name) => recorded.has(name))
      return [...image.tags.filter(ours), ...digests]
    })
}

function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}
