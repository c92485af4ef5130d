import { keepTagOwner } from '../model/image-reference.ts'
import type { LocalImage } from '../model/ports.ts'
import { originalId, pinnedImages, releaseNumber, type Release } from '../model/release.ts'

/**
 * Splits the records into those to archive and those to drop. Releases made by deploys count, in the order in which they
 * last served: a rollback does not count on its own, and the release that served before the new one stays longest. Of
 * several rollbacks to one release only the last is archived: it shows when that release served.
 */
export function retainReleases(facts: {
  releases: readonly Release[]
  /** The release that is put back; undefined for a new one. */
  restores: string | undefined
  /** The release with the same content as the new one, if any. */
  repeats: string | undefined
  /** Number of releases to archive, including the new one. */
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
 * Names of this app's images on the host that neither the new release nor an archived one needs: digest names and dray's
 * tags for them. An image belongs to the app if one of its releases ran it, or if it has the app's keep tag and a release
 * ran its repository. An image that also has another app's keep tag keeps its digest name.
 */
export function unneededImageNames(facts: {
  /** Compose project of the app. */
  project: string
  images: readonly LocalImage[]
  /** `repo@sha256:…` of the new release. */
  needed: readonly string[]
  kept: readonly Release[]
  /** Every recorded release, archived or dropped. */
  known: readonly Release[]
}): string[] {
  const keptImages = new Set([...facts.needed, ...facts.kept.flatMap(pinnedImages)])
  const recorded = new Set(facts.known.flatMap(pinnedImages))
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
