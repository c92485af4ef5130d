import { keepTagOwner } from '../model/image-reference.ts'
import type { LocalImage } from '../model/ports.ts'
import { originalId, releaseNumber, type Release } from '../model/release.ts'

/**
 * The records that stay beside a new one, and those that go. What counts are the releases that deploys made, in the order in
 * which they served last: a rollback takes no place of its own, and what served before the new release stays the longest.
 * Of the rollbacks to one release only the last is kept, which says when it served.
 */
export function retainReleases(facts: {
  releases: readonly Release[]
  /** The release that is put in place again; undefined for a new one. */
  restores: string | undefined
  /** The release that a new one repeats; undefined where it brings something new. */
  repeats: string | undefined
  /** Releases to keep, the new one included. */
  keep: number
}): { kept: readonly Release[]; dropped: readonly Release[]; count: number } {
  const newestFirst = [...facts.releases].sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))
  const before = newestFirst.map(originalId).filter((id) => id !== facts.repeats)
  const originals = [...new Set([facts.restores ?? '', ...before])].slice(0, Math.max(1, facts.keep))
  const isKept = (release: Release): boolean => {
    const original = originalId(release)
    if (!originals.includes(original)) return false
    if (release.restores === undefined) return true
    const isLast = newestFirst.find((it) => it.restores === original) === release
    return isLast && original !== facts.restores
  }
  const kept = newestFirst.filter(isKept)
  return { kept, dropped: newestFirst.filter((it) => !kept.includes(it)), count: originals.length }
}

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
