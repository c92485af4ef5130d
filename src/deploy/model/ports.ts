/** Interfaces of the deploy to the outside. They use dray's own types, none of Docker, Compose or a registry. */
import type { LeftOut } from './left-out.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { AppModel } from './app-model.ts'
import type { Cluster, Stack, StackReview } from './cluster.ts'
import type { Compose } from './compose.ts'
import type { DrainCheck, PartialHealthCheck } from './drain-check.ts'
import type { Container } from './container.ts'
import type { FileSystem } from './file-system.ts'
import type { Front } from './front.ts'
import type { Capacity, HostNetwork } from './host-needs.ts'
import type { EngineDisk, ImageStore } from './disk/inventory.ts'
import type { ImageLayer } from './image-layer.ts'
import type { Digest, ImageReference } from './image-reference.ts'
import type { Lock, LockHolder } from './lock.ts'
import type { PortForwarder } from './port-forwarder.ts'
import type { Prober } from './prober.ts'
import type { Release } from './release.ts'
import type { SourceReview } from './source-review.ts'
import type { OtherContainer } from './surroundings.ts'

/** A registry login. With GHCR `username` is ignored: only the token counts. */
export type Credentials = {
  username: string
  password: Secret
  /** The environment variable of the password, where dray.yml names it. */
  passwordVariable?: string
}

export type Platform = { os: string; architecture: string; variant?: string }

/** A tag as the registry resolved it. */
export type ResolvedImage = {
  reference: ImageReference
  /** Digest that the tag points to: that of the index, if there is one. This digest is deployed. */
  digest: Digest
  /** Compressed layers for the host's platform; used to check disk space and to show progress. */
  layers: readonly ImageLayer[]
  config: ImageConfig
}

/** The configuration of an image, for the host's platform. */
export type ImageConfig = {
  /** `NAME=value` lines. */
  environment: readonly string[]
  hasHealthCheck: boolean
  /** Absent without one. */
  healthCheck?: PartialHealthCheck
  /** Runs the text of a health check; absent if the image sets none. */
  shell?: readonly string[]
  /** TCP ports that the image exposes. */
  exposedPorts: readonly number[]
  /** The command that a container of it runs, with its arguments, if the compose file sets no other. */
  command: readonly string[]
  /** Its first words, which stay if the compose file sets only a command. */ entrypoint?: readonly string[]
}

export interface Registry {
  /** Resolves a reference to its digest; always asks the registry. Throws TAG_NOT_FOUND (hint: the newest tags), PLATFORM_MISSING and the REGISTRY_… codes. */
  resolve(reference: ImageReference, platform: Platform, signal?: AbortSignal): Promise<ResolvedImage>
  /** The login for a registry host; undefined to pull anonymously. Throws TOKEN_EMPTY. */
  credentials(registryHost: string): Promise<Credentials | undefined>
}

export type LocalImage = {
  id: string
  /** Its `repo:tag` names on this host. */
  tags: readonly string[]
  /** Its `repo@sha256:…` names on this host. */
  digests: readonly string[]
  sizeBytes: number
  createdAtMs: number
}

/** Bytes of one image pulled so far, and bytes that the pull fetches in total. */
export type PullProgress = { doneBytes: number; totalBytes: number }

export type ExecResult = { exitCode: number; output: string }

/** Docker Engine on one host. Methods throw DOCKER_FAILED unless stated otherwise. */
export interface Engine {
  readonly disk: EngineDisk
  /** Every container of a Compose project, running or not, including one-off ones; without those of the ids of `except`. */
  containers(project: string, except?: ReadonlySet<string>): Promise<readonly Container[]>
  /** Running containers of other projects on any of the networks; `project` is empty if Compose did not start one. */
  neighbours(
    project: string,
    networks: readonly string[],
  ): Promise<readonly { project: string; container: Container }[]>
  /** Throws DOCKER_FAILED if it no longer exists. */
  container(id: string): Promise<Container>
  /** Every container that is not of a Compose project, running or not. */
  others(project: string): Promise<readonly OtherContainer[]>
  /** Every network on the host. */
  networks(): Promise<readonly HostNetwork[]>
  capacity(): Promise<Capacity>
  /** Whether a network or volume of this name exists. */
  exists(kind: 'network' | 'volume', name: string): Promise<boolean>
  /** Command lines of its processes; undefined if it is not running, or the Engine cannot list them. */
  processes(containerId: string): Promise<readonly string[] | undefined>
  images(): Promise<readonly LocalImage[]>
  /** Ids of images used by any container on the host. */
  usedImageIds(): Promise<ReadonlySet<string>>
  /**
   * Pulls `name` (`repo@sha256:…`). Credentials are sent in the request header only.
   * Throws PULL_FAILED (temporary if a retry may help), DISK_FULL and the REGISTRY_… codes.
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
  /** The configuration of an image on the host; undefined if the image is not there. */
  imageConfig(name: string): Promise<ImageConfig | undefined>
  /** Digests of the unpacked layers of an image on the host, lowest first; empty if the image is not there. */
  imageLayers(id: string): Promise<readonly string[]>
  /** Removes one name (tag or digest); removing the last one removes the image. False if it is gone or in use. */
  removeImage(name: string): Promise<boolean>
  pruneDanglingImages(): Promise<{ count: number; freedBytes: number }>
  /**
   * Runs a command in a running container and waits for it. Like a shell, it returns exit code 126 or 127 for a program
   * that cannot be started, and 124 after `timeoutMs`. With `attempts`, a failing command is run again within the
   * container until it exits with 0, 126 or 127, at most `most` times; `timeoutMs` then limits each run, and the result is
   * that of the last. A container without a shell gets one attempt.
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
  /** Starts a stopped container; no error if it is running. Throws DOCKER_FAILED if it is gone. */
  start(containerId: string): Promise<void>
  /** Sends the stop signal; Docker kills the container after `graceMs` (default: its own). No error if it is gone. */
  stop(containerId: string, graceMs?: number): Promise<void>
  /** Removes a container. No error if it is gone or, with `force`, already being removed. */
  remove(containerId: string, options?: { force?: boolean; anonymousVolumes?: boolean }): Promise<void>
  /** The last lines of a container's log, without control characters. */
  logTail(containerId: string, lines: number): Promise<readonly string[]>
  /** Replaces values of the server's variables in a text that may quote them, such as a container's command. */
  hideValues(text: string): Promise<string>
}

/** A file of the bundle. */
export type BundleFile = {
  /** Path in the app's directory, with `/` as separator. */
  path: string
  content: Uint8Array
  /** Unix permission bits. */
  mode: number
}

/** Observation of the server's `.env`; never a value. */
export type EnvFileObservation = {
  mode: string
  variables: readonly string[]
  readableByOthers: boolean
  /** A keyed hash of each variable's value; absent if the key cannot be read. */
  valueHashes?: Readonly<Record<string, string>>
  /** The key of these hashes, to be stored with the first release; absent if it is on the host already. */
  newHashKey?: Secret
  /** Lines of env files that Compose reads otherwise than meant, without refusing them; absent without any. */
  oddLines?: readonly OddLine[]
}

/** A line of an env file on the server, counted from 1. `dollar`: a `$` that is replaced; `statement`: it sets nothing. */
export type OddLine = { file: string; line: number } & (
  { kind: 'dollar'; variable: string } | { kind: 'statement' }
)

/** State of the app's directory on a host before a deploy, and the app as Compose resolves it there. */
export type DirectoryObservation = {
  envFile: EnvFileObservation
  /** TCP ports in use on the host. */
  listeningPorts: readonly number[]
  /** Size of the journal, measured first. */
  journalBytes: number
  /** Its hook `leave` ran, and `join` has not succeeded since. */
  isOut?: true
  /** Recorded releases, oldest first; only the newest includes its files. */
  releases: readonly Release[]
  /** Ids of all releases ever started, including failed ones. */
  usedReleaseIds: readonly string[]
  /**
   * Compose's configuration hash by service, of the files as they are, without dray's pins. Read only if containers may run
   * that dray did not start; otherwise empty.
   */
  composeHashes: ReadonlyMap<string, string>
  /** What a stack would make of the compose file; absent unless Swarm runs the app. */
  stack?: StackReview
  app: AppModel
}

/** The app's directory on one host. */
export interface AppDirectory {
  readonly path: string
  /**
   * Reads the directory and asks Compose there for the model of `files`. Read-only. Throws ENV_MISSING, PATH_NOT_WRITABLE,
   * COMPOSE_NOT_INSTALLED, COMPOSE_TOO_OLD, COMPOSE_INVALID, RECORD_UNREADABLE and DOCKER_MISSING.
   */
  inspect(files: readonly BundleFile[], signal?: AbortSignal): Promise<DirectoryObservation>
  /**
   * SHA-256 of the files that exist, by path. Also the file systems of the directory and of the first existing entry of
   * `imageRoots`; one that cannot be measured is missing. `missing`: the paths of `sources` that do not exist.
   * `directories`: whether those of the request exist, without the app's own; one that cannot be seen may be there.
   */
  survey(request: {
    files: readonly string[]
    imageRoots: readonly string[]
    sources?: readonly string[]
    directories?: readonly string[]
  }): Promise<{
    directories: ReadonlyMap<string, 'there' | 'gone'>
    hashes: ReadonlyMap<string, string>
    fileSystems: readonly FileSystem[]
    missing: readonly string[]
  }>
  /**
   * Writes and removes files, keeping the previous ones for `restore`. Files that are mounted individually (`inPlace`)
   * are overwritten rather than replaced, since a container does not see a new file of the same name.
   * Throws DISK_FULL, PATH_NOT_WRITABLE.
   */
  place(request: PlaceRequest): Promise<void>
  /** Restores the files that the last `place` replaced. */
  restore(): Promise<void>
  /**
   * Records a release with its files, whatever became of them in the directory, deletes the records of `drop`, and stores the key
   * of the hashes of values if the host has none.
   */
  record(release: Release, request: RecordRequest): Promise<void>
}

export type RecordRequest = {
  files: readonly BundleFile[]
  drop: readonly string[]
  newHashKey?: Secret
}

export type PlaceRequest = {
  files: readonly BundleFile[]
  remove: readonly string[]
  inPlace: readonly string[]
  /** Files that dray did not write as they are; they are copied to `.dray/adopted/` before they are replaced. */
  adopt: readonly string[]
}

/** The app's files on the machine that runs dray, or those of an archived release, which have no `review` and `leftOut`. */
export interface AppSource {
  /**
   * The compose files and the files they include or extend, under their names on the host; with `front`, also the override
   * file that adds it.
   */
  composeFiles(front?: Front): Promise<readonly BundleFile[]>
  review?: () => Promise<SourceReview>
  /** What of `bundle.include` and of `mounted`, the paths that services mount, is not shipped. */
  leftOut?: (mounted: readonly string[]) => Promise<readonly LeftOut[]>
  /** Designs the front that dray.yml asks for; absent without one. Throws SERVICE_UNKNOWN. */
  designFront?: (app: AppModel) => Front
  /**
   * All files of a release: the compose files, the mounted files next to them, the front's configuration, and the override
   * file that pins `images` (`repo@sha256:…` by service) and has the health checks of `checks`. Throws COMPOSE_PATH_OUTSIDE.
   */
  bundle(
    app: AppModel,
    images: Readonly<Record<string, string>>,
    checks?: Readonly<Record<string, DrainCheck>>,
  ): Promise<readonly BundleFile[]>
}

/** One host of an environment, with everything that a deploy uses there. */
export type TargetHost = {
  readonly name: string
  /** The services that it runs; absent for all. */
  readonly services?: readonly string[]
  readonly engine: Engine
  /** Platform of the Engine; may be pending. Rejects with a DOCKER_… code if the Engine cannot be used. */
  readonly platform: Platform | Promise<Platform>
  /** Where the Engine stores images; pending and rejecting like `platform`. */
  readonly imageStore: ImageStore | Promise<ImageStore>
  /** How many the Engine can use; pending and rejecting like `platform`. */
  readonly cpus: number | Promise<number>
  readonly directory: AppDirectory
  readonly compose: Compose
  readonly prober: Prober
  readonly forwarder: PortForwarder
  /** The swarm of which the host is a manager; absent unless Swarm runs the app. */
  readonly swarm?: { cluster: Cluster; stack: Stack }
  /** Throws LOCK_HELD with the holder's name, after waiting `waitMs`. */
  lock(holder: LockHolder, options: { waitMs: number; signal?: AbortSignal }): Promise<Lock>
}
