import type { Digest } from '../../deploy/model/image-reference.ts'
import type { ImageUser, ManifestLinks, PackageVersion } from './package-version.ts'

export type PruneRules = {
  /** Number of newest tagged versions to keep. */
  keepNewest: number
  /** Younger versions stay: an image that is being pushed looks like unused parts. */
  minAgeMs: number
  nowMs: number
}

export type PruneInput = {
  versions: readonly PackageVersion[]
  /** For every version; a version without an entry is a manifest that the registry no longer has. */
  links: ReadonlyMap<Digest, ManifestLinks>
  users: ReadonlyMap<Digest, readonly ImageUser[]>
}

/** Why a version stays, as shown to users. */
export type RetainedVersion = { version: PackageVersion; reason: string }

export type PruneDecision = {
  retained: readonly RetainedVersion[]
  /** In removal order: an index is removed before its parts, so that no image is ever incomplete. */
  removable: readonly PackageVersion[]
}

/**
 * Decides which versions of a package may be removed. A version stays if a release needs it, or reason of its tag or age;
 * so do its parts and what refers to it, such as signatures. Pure.
 */
export function decidePruning(input: PruneInput, rules: PruneRules): PruneDecision {
  const reasons = new Map<Digest, string>()
  for (const [digest, reason] of ownReasons(input, rules))
    if (!reasons.has(digest)) reasons.set(digest, reason)
  spread(input, reasons)
  const retained = input.versions.flatMap((version) => {
    const reason = reasons.get(version.digest)
    return reason === undefined ? [] : [{ version, reason }]
  })
  const removable = input.versions.filter(({ digest }) => !reasons.has(digest))
  return { retained, removable: parentsFirst(removable, input.links) }
}

function* ownReasons(
  { versions, users }: PruneInput,
  { keepNewest, minAgeMs, nowMs }: PruneRules,
): Generator<[Digest, string]> {
  for (const { digest } of versions) {
    const [user] = users.get(digest) ?? []
    if (user !== undefined)
      yield [digest, `${user.isServing ? 'running in' : 'archived in'} ${user.environment}: ${user.release}`]
  }
  for (const { digest, tags } of versions) if (tags.includes('latest')) yield [digest, 'tagged `latest`']
  const tagged = versions
    .filter(({ tags }) => tags.some((tag) => subjectOfTag(tag) === undefined))
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  for (const { digest } of tagged.slice(0, keepNewest)) yield [digest, `among the newest ${keepNewest}`]
  for (const { digest, changedAtMs } of versions)
    if (nowMs - changedAtMs < minAgeMs) yield [digest, 'too recent']
}

/** Versions that are part of one that stays, or refer to it, also stay, recursively. */
function spread({ versions, links }: PruneInput, reasons: Map<Digest, string>): void {
  const about = new Map<Digest, Digest[]>()
  for (const { digest, tags } of versions) {
    const subjects = [links.get(digest)?.subject, ...tags.map(subjectOfTag)].filter((it) => it !== undefined)
    for (const subject of subjects) about.set(subject, [...(about.get(subject) ?? []), digest])
  }
  const open = [...reasons.keys()]
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const reach = (found: readonly Digest[], reason: string): void => {
      for (const next of found) {
        if (reasons.has(next)) continue
        reasons.set(next, reason)
        open.push(next)
      }
    }
    reach(links.get(digest)?.children ?? [], 'part of a version that stays')
    reach(about.get(digest) ?? [], 'refers to a version that stays')
  }
}

/** `sha256-<hex>`, `sha256-<hex>.sig`: tags for what refers to an image, used without the referrers API. */
export function subjectOfTag(tag: string): Digest | undefined {
  const hex = /^sha256-([0-9a-f]{64})(\.\w+)?$/.exec(tag)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

function parentsFirst(
  versions: readonly PackageVersion[],
  links: ReadonlyMap<Digest, ManifestLinks>,
): PackageVersion[] {
  const byDigest = new Map(versions.map((version) => [version.digest, version]))
  const ordered = new Set<PackageVersion>()
  const named = new Set([...byDigest.keys()].flatMap((digest) => links.get(digest)?.children ?? []))
  const visit = (version: PackageVersion): void => {
    if (ordered.has(version)) return
    ordered.add(version)
    for (const child of links.get(version.digest)?.children ?? []) {
      const next = byDigest.get(child)
      if (next !== undefined) visit(next)
    }
  }
  for (const version of versions) if (!named.has(version.digest)) visit(version)
  for (const version of versions) visit(version)
  return [...ordered]
}
