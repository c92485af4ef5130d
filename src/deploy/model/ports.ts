/**
 * What the deploy needs from the world, in our own types. Adapters implement these; nothing of Docker's, Compose's or a
 * registry's own types crosses.
 */
import type { Secret } from '../../shared/secret.ts'
import type { AppModel } from './app-model.ts'
import type { FileSystem } from './file-system.ts'
import type { EngineDisk, ImageStore } from './inventory.ts'
import type { ImageLayer } from './image-layer.ts'
import type { Digest, ImageReference } from './image-reference.ts'
import type { Prober } from './prober.ts'
import type { Release } from './release.ts'

/** A registry login. `username` may be anything where the token alone counts, as with GHCR. */
export type Credentials = { username: string; password: Secret }

export type Platform = { os: string; architecture: string; variant?: string }

/** A tag as the registry resolved it. */
export type ResolvedImage = {
  reference: ImageReference
  /** Digest of what the tag names: the index where there is one. This is what is deployed. */
  digest: Digest
  /** Compressed layers of the variant for the host's platform; for the disk guard and the progress bars. */
  layers: readonly ImageLayer[]
  config: ImageConfig
}

/** What an image says of how it is to be run, of the variant for the host's platform. */
export type ImageConfig = {
  /** `NAME=value` lines. */
  environment: readonly string[]
  hasHealthCheck: boolean
  /** TCP ports that it says it listens on. */
  exposedPorts: readonly number[]
}

export interface Registry {
  /**
   * Resolves a reference to its digest, always by asking the registry.
   * Throws TAG_NOT_FOUND (hint: the newest tags there are), PLATFORM_MISSING and the REGISTRY_… codes.
   */
  resolve(reference: ImageReference, platform: Platform, signal?: AbortSignal): Promise<ResolvedImage>
  /** The login for a registry host, or undefined to pull anonymously. Throws TOKEN_EMPTY. */
  credentials(registryHost: string): Promise<Credentials | undefined>
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'

/** The health check that a container runs, image and compose file taken together. */
export type HealthCheck = {
  /** What to execute in the container. A shell form is already `[shell, '-c', text]`. */
  argv: readonly string[]
  intervalMs: number
  timeoutMs: number
  startPeriodMs: number
  retries: number
}

export type Container = {
  id: string
  name: string
  /** Compose service, from the container's labels. */
  service: string
  /** Made by `docker compose run`. */
  oneOff: boolean
  /** Image as the container was created with it: `repo@sha256:…` or `repo:tag`. */
  imageName: string
  imageId: string
  /** The service's configuration hash as Compose computed it (label `com.docker.compose.config-hash`). */
  configHash: string
  state: ContainerState
  exitCode: number
  /** The kernel killed it for memory. */
  outOfMemory: boolean
  restartCount: number
  /** Milliseconds since the epoch; 0 when never started. */
  startedAtMs: number
  createdAtMs: number
  healthCheck?: HealthCheck
  /** What Docker's own runs of the health check say so far. */
  health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** What the last of those runs printed; empty where there was none. */
  healthOutput: string
  /** How long Docker waits between the stop signal and killing it. */
  stopGraceMs: number
  /** TCP ports of the host that lead to it. */
  publishedPorts: readonly number[]
  networks: readonly { name: string; address: string; aliases: readonly string[] }[]
}

export type LocalImage = {
  id: string
  /** `repo:tag` names it has here. */
  tags: readonly string[]
  /** `repo@sha256:…` names it has here. */
  digests: readonly string[]
  sizeBytes: number
  createdAtMs: number
}

/** Bytes of one image pulled so far, of those that the pull has to fetch. */
export type PullProgress = { doneBytes: number; totalBytes: number }

export type ExecResult = { exitCode: number; output: string }

/** Docker Engine on one host. Methods throw DOCKER_FAILED unless they say otherwise. */
export interface Engine {
  readonly disk: EngineDisk
  /** Every container of a Compose project, running or not, one-off ones included. */
  containers(project: string): Promise<readonly Container[]>
  /** Throws DOCKER_FAILED when it is gone. */
  container(id: string): Promise<Container>
  images(): Promise<readonly LocalImage[]>
  /** Image ids that any container on the host uses, whatever app it belongs to. */
  usedImageIds(): Promise<ReadonlySet<string>>
  /**
   * Pulls `name` (`repo@sha256:…`). Credentials travel in the request's header only.
   * Throws PULL_FAILED (temporary where trying again may help), DISK_FULL and the REGISTRY_… codes.
   */
  pull(
    name: string,
    options: {
      credentials?: Credentials
      onProgress?: (progress: PullProgress) => void
      signal?: AbortSignal
    },
  ): Promise<void>
  tag(name: string, tag: string): Promise<void>
  /** What an image that is there says of how it is to be run; undefined when it is not there. */
  imageConfig(name: string): Promise<ImageConfig | undefined>
  /** Takes one name (tag or digest) away; the image goes with its last. False when it is gone already or in use. */
  removeImage(name: string): Promise<boolean>
  pruneDanglingImages(): Promise<{ count: number; freedBytes: number }>
  /**
   * Runs a command in a running container and waits for it. A program that cannot be started gives exit code 126 or 127,
   * as a shell would say it. `timeoutMs` gives exit code 124. With `attempts` a command that fails is run again within the
   * container, until it ends with 0, 126 or 127, at most `most` times; `timeoutMs` is then for each, and the result that of
   * the last. One attempt is all there is in a container without a shell.
   */
  exec(
    containerId: string,
    argv: readonly string[],
    options?: {
      user?: string
      timeoutMs?: number
      attempts?: { most: number; pauseMs: number }
      onLine?: (line: string) => void
      signal?: AbortSignal
    },
  ): Promise<ExecResult>
  /** Starts a container that was stopped; no error when it runs. Throws DOCKER_FAILED when it is gone. */
  start(containerId: string): Promise<void>
  /** Sends the stop signal and waits for the end; after `graceMs` (else the container's own) Docker kills it. No error when it is gone. */
  stop(containerId: string, graceMs?: number): Promise<void>
  /** Removes a container, with its anonymous volumes where told; no error when it is gone, or with `force` being removed, already. */
  remove(containerId: string, options?: { force?: boolean; anonymousVolumes?: boolean }): Promise<void>
  /** The last lines of a container's log, control characters stripped. */
  logTail(containerId: string, lines: number): Promise<readonly string[]>
}

/** A file of the bundle. */
export type BundleFile = {
  /** Path in the app's directory, with `/`. */
  path: string
  content: Uint8Array
  /** Unix permission bits. */
  mode: number
}

/** What the server's `.env` says of itself; never a value. */
export type EnvFileObservation = { mode: string; variables: readonly string[]; readableByOthers: boolean }

/** What the app's directory on a host holds before a deploy, and how Compose there understands the app. */
export type DirectoryObservation = {
  envFile: EnvFileObservation
  /** TCP ports that something on the host listens on. */
  listeningPorts: readonly number[]
  /** Size of the journal before anything else was read. */
  journalBytes: number
  /** Releases recorded there, oldest first; of all but the newest the files are not told. */
  releases: readonly Release[]
  /** Ids that were ever started, failed ones included. */
  usedReleaseIds: readonly string[]
  /** Other directories of the host that Compose made containers from which are there still, with project and service. */
  otherDirectories: readonly { project: string; service: string; path: string }[]
  app: AppModel
}

/** The app's directory on one host. */
export interface AppDirectory {
  readonly path: string
  /**
   * Reads the directory and asks Compose there for the model of `files`; changes nothing.
   * Throws ENV_MISSING, PATH_NOT_WRITABLE, COMPOSE_NOT_INSTALLED, COMPOSE_TOO_OLD, COMPOSE_INVALID, RECORD_UNREADABLE, DOCKER_MISSING.
   */
  inspect(files: readonly BundleFile[], signal?: AbortSignal): Promise<DirectoryObservation>
  /**
   * SHA-256 of the files that are there, by path; those that are not are left out. And the file systems of the directory and
   * of the first of `imageRoots` that is there; one that cannot be measured is left out.
   */
  survey(request: {
    files: readonly string[]
    imageRoots: readonly string[]
  }): Promise<{ hashes: ReadonlyMap<string, string>; fileSystems: readonly FileSystem[] }>
  /**
   * Puts files in place and takes files away, keeping what was there for `restore`. Files that are mounted by themselves
   * (`inPlace`) are written into, since a container would not see a new file of the same name.
   * Throws DISK_FULL, PATH_NOT_WRITABLE.
   */
  place(request: PlaceRequest): Promise<void>
  /** Puts back what the last `place` replaced. */
  restore(): Promise<void>
  /** Records a release with a copy of its files, and drops the records named. */
  record(release: Release, dropReleases: readonly string[]): Promise<void>
}

export type PlaceRequest = {
  files: readonly BundleFile[]
  remove: readonly string[]
  inPlace: readonly string[]
  /** Copies of foreign files that are replaced go to `.dray/adopted/`. */
  adopt: readonly string[]
}

/** Docker Compose in the app's directory, with the files that are in place. */
export interface Compose {
  /**
   * Starts services. `beside`: new containers up to `scale`, the ones that run are left alone. `recreate`: Compose
   * replaces what changed. `force-recreate`: replaces in any case.
   * Throws PORT_TAKEN, DISK_FULL, IMAGE_GONE, DOCKER_FAILED with the last lines Compose printed.
   */
  up(request: {
    services: readonly { service: string; scale: number }[]
    mode: 'beside' | 'recreate' | 'force-recreate'
    /** Images to use instead of those of the files in place, by service. */
    images?: Readonly<Record<string, string>>
    signal?: AbortSignal
  }): Promise<void>
  /**
   * Runs a one-off container of a service to its end, and gives its exit code. The container is gone afterwards in every
   * outcome. Throws HOST_COMMAND_FAILED after `timeoutMs`, HOST_UNREACHABLE, and the signal's reason when it aborts.
   */
  runTask(request: {
    service: string
    argv: readonly string[]
    onLine: (line: string, stream: 'stdout' | 'stderr') => void
    timeoutMs?: number
    signal?: AbortSignal
  }): Promise<number>
}

export type JournalEntry = { version: 1; at: number; release: string; event: string } & Readonly<
  Record<string, unknown>
>

/** Who holds a lock, and the task that they run where it is no deploy: what is told to the one who finds it taken. */
export type LockHolder = {
  user: string
  machine: string
  run?: string
  release?: string
  task?: string
  sinceMs: number
}

/** The lock of one app on one host, held as long as its connection lives; it also carries the journal. */
export interface Lock extends AsyncDisposable {
  /** Size of the journal when the lock was taken: every deploy before has written into it. */
  readonly journalBytes: number
  /** Aborts when the connection that holds the lock breaks, with LOCK_LOST. */
  readonly lost: AbortSignal
  /** Appends a line to the journal; lines keep their order. `settled()` tells whether all were written. */
  journal(entry: JournalEntry): void
  settled(): Promise<void>
}

/** The app's files on the machine that deploys, or those of a kept release. */
export interface AppSource {
  /** The compose files and what they include or extend; under the names that they have on the host. */
  composeFiles(): Promise<readonly BundleFile[]>
  /**
   * All files of a release: the compose files, what the services mount from beside them, and the override file that pins
   * `images` (`repo@sha256:…` by service). Throws COMPOSE_PATH_OUTSIDE.
   */
  bundle(app: AppModel, images: Readonly<Record<string, string>>): Promise<readonly BundleFile[]>
}

/** One host of an environment with everything a deploy does there. */
export type TargetHost = {
  readonly name: string
  readonly engine: Engine
  /** What its Engine says, which may still be on its way. Rejects with the DOCKER_… codes of an Engine that cannot be used. */
  readonly platform: Platform | Promise<Platform>
  /** Where its Engine keeps images; comes and rejects as `platform` does. */
  readonly imageStore: ImageStore | Promise<ImageStore>
  readonly directory: AppDirectory
  readonly compose: Compose
  readonly prober: Prober
  /** Throws LOCK_HELD with who holds it; `waitMs` is how long to wait for it first. */
  lock(holder: LockHolder, options: { waitMs: number; signal?: AbortSignal }): Promise<Lock>
}
