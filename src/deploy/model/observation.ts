import type { DiskRules } from './disk-rules.ts'
import type { FileSystem } from './file-system.ts'
import type { DiskInventory } from './inventory.ts'
import type { Hooks } from './hooks.ts'
import type { Digest } from './image-reference.ts'
import type { Container, DirectoryObservation, LocalImage, ResolvedImage } from './ports.ts'

/** A URL of the app that answered before the deploy, and has to answer after it with a status under `below`. */
export type Entrance = { url: string; below: number }

/** All that is known of one host when the plan is made. */
export type HostObservation = {
  host: string
  directory: DirectoryObservation
  /** Containers of the app's Compose project. */
  containers: readonly Container[]
  /** Published ports that answered HTTP requests when the host was observed. */
  entrances: readonly Entrance[]
  images: readonly LocalImage[]
  /** What the registry answered, by service. */
  resolved: ReadonlyMap<string, ResolvedImage>
  /** SHA-256 by path of the files that are on the host, among those that the bundle or the last release has. */
  fileHashes: ReadonlyMap<string, string>
  /** The room there is. */
  disk: DiskObservation
  /** Files that the release has here; they may differ from host to host, as the server's `.env` does. */
  files: readonly DesiredFile[]
}

/** What is known of the room on a host before a pull. */
export type DiskObservation = {
  /** Those of Docker's images and of the app's directory, as far as they could be measured. */
  fileSystems: readonly FileSystem[]
  /** The Engine keeps the layers as they were pulled beside the unpacked ones. */
  keepsPacked: boolean
  /** What Docker holds; undefined where there is room enough, so that nobody had to ask. */
  inventory: DiskInventory | undefined
}

/** A file that the release has, without its content. */
export type DesiredFile = {
  path: string
  sha256: string
}

/** A one-off command of the app. */
export type Task = {
  name: string
  /** The first of these that the compose file has is meant. */
  serviceCandidates: readonly string[]
  argv: readonly string[]
  when: 'before' | 'after'
  timeoutMs?: number
}

/** An image that the person knows to be the right one: they built it, or looked at it. */
export type ExpectedImage = {
  /** Registry and repository in full: `ghcr.io/acme/shop-backend`. */
  repository: string
  digest: Digest
}

/** What the person wants to be there. */
export type DesiredRelease = {
  app: string
  environment: string
  tag: string | undefined
  /** What some tags have to stand for, or nothing is deployed; none where it does not matter. */
  expected: readonly ExpectedImage[]
  /** Repositories that are the team's own begin with one of these, as `ghcr.io/acme/`. */
  ownRepositories: readonly string[]
  /** `roll` or `recreate` where the configuration says so. */
  rollout: Readonly<Record<string, 'roll' | 'recreate'>>
  tasks: readonly Task[]
  /** Commands on the machine that deploys. */
  hooks: Hooks
  /** The service that runs nginx; found by its image without it. */
  proxyService: string | undefined
  /** May dray put a file beside the proxy's configuration by which a reload loses no keep-alive request? */
  proxyKeepalive: boolean
  /** URL that has to answer before the old containers go; the proxy's published port without it. */
  probeUrl: string | undefined
  /** Releases kept for rollback, the new one included. */
  keep: number
  /** What may be done about the room. */
  disk: DiskRules
  /** Replace files on the host that dray did not put there. */
  adopt: boolean
  /** The kept release that is wanted again; undefined for a new one. */
  restores: RestoredRelease | undefined
}

/** A kept release that is put in place again, and what happened since that no rollback takes back. */
export type RestoredRelease = {
  /** The one that a deploy made. */
  id: string
  tag: string | undefined
  /** Names of the variables that `.env` had then. */
  variables: readonly string[]
  /** Tasks that ran since, in order, and for which release; failed ones included. */
  tasksSince: readonly { task: string; release: string }[]
}
