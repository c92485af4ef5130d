/**
 * What the deploy needs from the world, in our own types. Adapters implement these; nothing of Docker's, Compose's or a
 * registry's own types crosses.
 */
import type { Secret } from '../shared/secret.ts'
import type { Digest, ImageReference } from './image-reference.ts'

/** A registry login. `username` may be anything where the token alone counts, as with GHCR. */
export type Credentials = { username: string; password: Secret }

export type Platform = { os: string; architecture: string; variant?: string }

/** A tag as the registry resolved it. */
export type ResolvedImage = {
  reference: ImageReference
  /** Digest of what the tag names: the index where there is one. This is what is deployed. */
  digest: Digest
  /** Compressed layers of the variant for the host's platform; for the disk guard and the progress bars. */
  layers: readonly { digest: Digest; sizeBytes: number }[]
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
  /** How long Docker waits between the stop signal and killing it. */
  stopGraceMs: number
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
  /** Takes one name (tag or digest) away; the image goes with its last. False when it is gone already or in use. */
  removeImage(name: string): Promise<boolean>
  pruneDanglingImages(): Promise<{ count: number; freedBytes: number }>
  /**
   * Runs a command in a running container and waits for it. A program that cannot be started gives exit code 126 or 127,
   * as a shell would say it. `timeoutMs` gives exit code 124.
   */
  exec(
    containerId: string,
    argv: readonly string[],
    options?: {
      user?: string
      timeoutMs?: number
      onLine?: (line: string) => void
      signal?: AbortSignal
    },
  ): Promise<ExecResult>
  /** Sends the stop signal and waits for the end; after `graceMs` (else the container's own) Docker kills it. */
  stop(containerId: string, graceMs?: number): Promise<void>
  /** Removes a container, with its anonymous volumes where told; no error when it is gone already. */
  remove(containerId: string, options?: { force?: boolean; anonymousVolumes?: boolean }): Promise<void>
  /** The last lines of a container's log, control characters stripped. */
  logTail(containerId: string, lines: number): Promise<readonly string[]>
}

/** One answer to a probe. */
export type ProbeAnswer = { status: number } | { error: string }

/** Requests to the app as its users send them. */
export interface Prober {
  /** One GET on a connection of its own. Never throws. */
  get(url: string, timeoutMs: number): Promise<ProbeAnswer>
}
