/** The order in which disk space is freed, from the safest removal to the riskiest. */
export const cleanupStages = [
  'dangling-images',
  'build-cache',
  'images',
  'containers',
  'networks',
  'volumes',
] as const

export type CleanupStage = (typeof cleanupStages)[number]

/** One removable thing on a host's disk, and whether dray may remove it. */
export type DiskThing = {
  stage: CleanupStage
  /** Docker's id for it. */
  id: string
  /** Name shown to users. */
  name: string
  /** Bytes that its removal frees. */
  sizeBytes: number
  mayGo: boolean
  /** Why it may be removed or must stay, in a few words. */
  reason: string
  /** The release or app that it belongs to, if known. */
  owner: Owner | undefined
  /** For an image: its tags and digests at the time of the decision. */
  names: readonly string[]
  /** It is running, or a container uses it. */
  isUsed?: true
  /** If set, the whole sweep is refused, rather than this removed or skipped. */
  blocksSweep?: true
}

/** `label` as in `NeededThere`. */
export type Owner = { kind: 'release'; label: string } | { kind: 'app'; project: string }

/** What releases still need of the things on a host. */
export type NeededThere = {
  /** Compose project of the app. */
  project: string
  /** `repo@sha256:…` mapped to the release that needs it: `release r7`, `the new release`. */
  images: ReadonlyMap<string, string>
}

/** The owner for a Compose project. */
export function appOf({ project }: { project: string | undefined }): Owner | undefined {
  return project === undefined ? undefined : { kind: 'app', project }
}
