import type { Failure } from '../../deploy/model/events.ts'
import type { Digest } from '../../deploy/model/image-reference.ts'
import type { LockHolder } from '../../deploy/model/ports.ts'
import type { Deployer } from '../../deploy/model/release.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'

/** What is to be said of an environment, worst first. */
export type Verdict = 'unknown' | 'unhealthy' | 'drifted' | 'nothing-deployed' | 'deploying' | 'well'

export type EnvironmentStatus = {
  environment: string
  verdict: Verdict
  hosts: readonly HostStatus[]
  /** Why nothing of it could be asked: its configuration is wrong. */
  failure?: Failure
}

export type HostStatus = UnknownHost | KnownHost

/** A host that could not be asked. */
export type UnknownHost = { host: string; verdict: 'unknown'; failure: Failure }

export type KnownHost = {
  host: string
  verdict: Exclude<Verdict, 'unknown'>
  release?: {
    id: string
    tag?: string
    createdAtMs: number
    ageMs: number
    by: Deployer
  }
  services: readonly ServiceStatus[]
  drift: readonly Drift[]
  fileSystems: readonly FileSystem[]
  /** Somebody deploys at the moment; what runs is then not compared with what was released. */
  lock?: { holder?: LockHolder }
}

export type ServiceStatus = {
  service: string
  /** `ended`: it ran to its end, well, and nobody starts it again. */
  state: 'running' | 'partly' | 'restarting' | 'paused' | 'stopped' | 'ended' | 'missing'
  /** Of its running containers, the worst; `unchecked` where there is no health check. */
  health: 'healthy' | 'starting' | 'unhealthy' | 'unchecked' | 'none'
  running: number
  wanted: number
  /** Restarts by Docker since its containers were made. */
  restarts: number
  /** Since the start of the container that started last. */
  upMs?: number
  /** As it was released. */
  image: { name: string; tag?: string; digest: Digest }
}

export type DriftKind =
  'release' | 'service' | 'image' | 'configuration' | 'replicas' | 'foreign-container' | 'file' | 'env-file'

/** Something that differs from what was released. */
export type Drift = {
  kind: DriftKind
  /** The service, container, file or variable. */
  subject: string
  /** One sentence. */
  what: string
  /** The next thing to do, commands in backquotes. */
  hint: string
}
