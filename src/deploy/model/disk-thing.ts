/** In the order in which room is made: from what nobody misses to what somebody might. */
export const cleanupStages = [
  'dangling-images',
  'build-cache',
  'images',
  'containers',
  'networks',
  'volumes',
] as const

export type CleanupStage = (typeof cleanupStages)[number]

/** One thing on a host's disk, and whether it may go. */
export type DiskThing = {
  stage: CleanupStage
  /** What Docker knows it by. */
  id: string
  /** What people know it by. */
  name: string
  /** What would be free without it. */
  sizeBytes: number
  mayGo: boolean
  /** Why it may go, or why it stays, in a few words. */
  why: string
  /** Whose it is, where that is known. */
  owner: Owner | undefined
  /** Of an image: its tags and digests, as they were when it was judged. */
  names: readonly string[]
  /** It runs, or a container has it. */
  isUsed?: true
  /** The whole sweep is refused rather than that this goes or is passed over. */
  blocksSweep?: true
}

/** `label` as in `NeededThere`. */
export type Owner = { kind: 'release'; label: string } | { kind: 'app'; project: string }

/** What somebody still needs of what is on a host. */
export type NeededThere = {
  /** Compose project of the app. */
  project: string
  /** `repo@sha256:…` to who needs it: `release r7`, `the new release`. */
  images: ReadonlyMap<string, string>
}

/** The app by its Compose project. */
export function appOf({ project }: { project: string | undefined }): Owner | undefined {
  return project === undefined ? undefined : { kind: 'app', project }
}
