import type { Failure } from '../../deploy/model/events.ts'
import type { Digest } from '../../deploy/model/image-reference.ts'
import type { LockHolder } from '../../deploy/model/lock.ts'
import type { ProbeAnswer } from '../../deploy/model/prober.ts'
import type { Deployer, SourceCommit } from '../../deploy/model/release.ts'
import type { ContainerUsage } from './container-usage.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'

/** State of an environment, worst first. */
export type Verdict = 'unknown' | 'unhealthy' | 'drifted' | 'nothing-deployed' | 'deploying' | 'ok'

export type EnvironmentStatus = {
  environment: string
  verdict: Verdict
  hosts: readonly HostStatus[]
  /** Why nothing could be read: its configuration is invalid. */
  failure?: Failure
}

export type HostStatus = UnknownHost | KnownHost

/** A host that could not be reached, or not be read. */
export type UnknownHost = { host: string; verdict: 'unknown'; failure: Failure }

export type KnownHost = {
  host: string
  verdict: Exclude<Verdict, 'unknown'>
  release?: {
    id: string
    tag?: string
    commit?: SourceCommit
    createdAtMs: number
    ageMs: number
    by: Deployer
  }
  services: readonly ServiceStatus[]
  drift: readonly Drift[]
  /** What the server lacks for a first deploy, if it has no directory of the app; with the next action. */
  notSetUp?: Pick<Drift, 'message' | 'hint'>
  /** The URL of the probe, and the published ports that answered after the last deploy. */
  urls: readonly UrlStatus[]
  fileSystems: readonly FileSystem[]
  /** Size of the journal: it differs when there is something new in the history. */
  journalBytes?: number
  /** With Swarm. */
  swarm?: SwarmStatus
  /** With `--usage`. */
  containers?: readonly ContainerUsage[]
  /** A deploy is running; running containers are then not compared with the release. The verdict is `unhealthy` if the app is down. */
  lock?: { holder?: LockHolder }
}

/** The swarm, as its managers see it. */
export type SwarmStatus = {
  nodes: readonly NodeStatus[]
  /** It has no leader: nothing is known of its nodes and services, and it takes no changes. */
  failure?: Failure
}

export type NodeStatus = {
  node: string
  role: 'manager' | 'worker'
  /** `ready`, `down`, `disconnected` or `unknown`. */
  state: string
  /** `active`, `pause` or `drain`: only active nodes get tasks. */
  availability: string
  isLeader?: true
}

/** What a URL of the app answered; `isGood`: as a deploy expects it to. */
export type UrlStatus = { url: string; isGood: boolean } & ProbeAnswer

export type ServiceStatus = {
  service: string
  /** `ended`: it exited with 0 and its restart policy does not start it again. */
  state: 'running' | 'partial' | 'restarting' | 'paused' | 'stopped' | 'ended' | 'missing'
  /** The worst of its running containers; `unchecked` if it has no health check. */
  health: 'healthy' | 'starting' | 'unhealthy' | 'unchecked' | 'none'
  running: number
  desired: number
  /** Restarts by Docker since its containers were created; with Swarm, failed tasks of its definition that Swarm still knows. */
  restarts: number
  /** Time since its latest container start. */
  upMs?: number
  /** As released; of a service with `profiles`, that of its container, whose digest may be unknown. */
  image: { name: string; tag?: string; digest?: Digest }
  /** Of a service that is not deployed, since none of these is active: a user started it. */
  profiles?: readonly string[]
  /** With Swarm: the nodes of its running tasks, sorted, each once. */
  nodes?: readonly string[]
  /** With Swarm: its last update, unless that is completed; in Swarm's words. */
  update?: { state: string; message: string }
  /** With Swarm: the newest failed tasks that Swarm still knows; absent without any. */
  failedTasks?: readonly FailedTask[]
}

/** A task of Swarm that ended, or never began. */
export type FailedTask = {
  task: string
  /** Absent if it had none. */
  node?: string
  /** In Swarm's words; may be empty. */
  error: string
  exitCode?: number
  /** When it failed, on its node's clock. */
  atMs: number
}

export const DRIFT_KINDS = [
  'release',
  'service',
  'image',
  'configuration',
  'replicas',
  'foreign-container',
  'foreign-service',
  'update',
  'node',
  'file',
  'env-file',
  'load-balancer',
] as const
export type DriftKind = (typeof DRIFT_KINDS)[number]

/** A difference from the release. */
export type Drift = {
  kind: DriftKind
  /** The service, container, file or variable. */
  subject: string
  /** One sentence. */
  message: string
  /** The next action, with commands in backquotes. */
  hint: string
}

/** The last deploy, if it was killed after it had begun to place files. */
export type InterruptedDeploy = {
  release: string
  tag?: string
  /** Of a rollback: the release that it was to put back. */
  restores?: string
  /** It was to bring the release of other hosts. */
  joins?: true
}
