/** A Docker Swarm as a deploy sees it. It uses dray's own types, none of Docker. */
import type { LogLine } from '../../shared/log-line.ts'
import type { Secret } from '../../shared/secrets/secret.ts'

export type ClusterNode = {
  id: string
  name: string
  role: 'manager' | 'worker'
  /** `ready`, `down`, `disconnected` or `unknown`, as its managers see it. */
  state: string
  /** `active`, `pause` or `drain`: only active nodes get tasks. */
  availability: string
  /** By which the others reach it; absent if Swarm does not know it. */
  address?: string
  /** Of a manager: whether it leads, and whether the others reach it. */
  manager?: { isLeader: boolean; isReachable: boolean }
}

/** The definition of a service as Swarm stores it, to be put back as it is. It has values of `.env`: never printed. */
export type ServiceSpec = { readonly opaque: unique symbol }

/** A service of a stack. */
export type StackService = {
  id: string
  /** Its name in the compose file. */
  service: string
  /** `repo@sha256:…` */
  image: string
  mode: 'replicated' | 'global' | 'job'
  /** Tasks that Swarm wants to run: those of a global service depend on the nodes. */
  desiredTasks: number
  /** `updating`, `completed`, `paused`, `rollback_started`, `rollback_paused`, `rollback_completed`; undefined if never updated. */
  updateState: string | undefined
  updateMessage: string
  /** Increased by every change; Swarm refuses an update of another version. */
  version: number
  /** Equal to that of a task that runs the present definition. */
  taskHash: string
  /** Hash of its whole definition, without the number of tasks and without a restart by `docker service update --force`. */
  specHash: string
  /** The definition has a health check: Swarm calls a task running when it is healthy, and ends one that is not any more. */
  hasHealthCheck: boolean
  /** How long a container may take to stop, in milliseconds: `stop_grace_period`. Absent: Swarm's default. */
  stopMs?: number
  /** The image that the last `docker stack deploy` named, whatever the service got later; empty without one. */
  stackImage: string
  spec: ServiceSpec
  /** Ids of the configs and secrets that it uses. */
  uses: readonly string[]
  /** Names of the stack's volumes that it mounts, of which each node has its own; absent without any. */
  volumes?: readonly string[]
  /** Ports that it publishes: `80`, `53/udp`; absent without any. */
  ports?: readonly string[]
}

/** What a service of the swarm, of any stack or of none, may start on a node. */
export type ServiceImages = {
  /** With the name of its stack: `shop_backend`. */
  service: string
  /** Absent for a service that no stack has. */
  stack?: string
  /** As in its definition, and as in the one before, to which Swarm can roll back: `repo:tag@sha256:…`. */
  images: readonly string[]
  /** Names of the volumes that it mounts, of any stack or of none; absent without any. */
  volumes?: readonly string[]
}

/** A container that Swarm has placed on a node, or tries to. */
export type StackTask = {
  id: string
  serviceId: string
  /** Empty until it is placed. */
  nodeId: string
  image: string
  /** What Swarm wants it to be: `running`, `shutdown`, `complete`, `remove`. */
  desiredState: string
  /** What it is: `new`, `pending`, `preparing`, `starting`, `running`, `complete`, `failed`, `rejected`, `shutdown`, … */
  state: string
  /** Why it failed, in the Engine's words; empty if it did not. */
  error: string
  /** Its container was created there, so its image is on the node. */
  hasContainer: boolean
  exitCode: number | undefined
  /** See `StackService`. */
  taskHash: string
  createdAtMs: number
  /** When it came into its state. */
  stateSinceMs: number
  /** The place that it has among the tasks of a replicated service: one that fails is followed by another in the same slot. */
  slot?: number
}

/** A network, config or secret of the cluster. */
export type ClusterThing = { id: string; name: string; stack: string | undefined }

export type TaskLogRequest = {
  /** Only lines written from this time on, in the form of `LogLine.at`. */
  since?: string | undefined
  /** Only this number of last lines. */
  tail?: number | undefined
  /** Continue with new lines until `signal` aborts: Swarm does not say that a task has ended. */
  follow: boolean
  signal: AbortSignal
  /** The Engine's words about lines that are missing, such as those of a node that is down. */
  onProblem: (text: string) => void
}

/** The swarm, through one of its managers. Methods throw DOCKER_FAILED, SWARM_NO_LEADER, SWARM_INACTIVE and SWARM_NOT_MANAGER. */
export interface Cluster {
  nodes(): Promise<readonly ClusterNode[]>
  /** Id of the node whose Engine answers. */
  ownNodeId(): Promise<string>
  /** The services of a stack, also one-off tasks of dray: see `isOwnJob`. */
  services(stack: string): Promise<readonly StackService[]>
  /** The images of every service of the swarm, jobs included. */
  serviceImages(): Promise<readonly ServiceImages[]>
  /** Every task of a stack that Swarm still knows, also earlier ones. */
  tasks(stack: string): Promise<readonly StackTask[]>
  /** Names of the networks that services of a stack can use. */
  networks(): Promise<readonly string[]>
  /** Configs or secrets, with the stack that they belong to. */
  things(kind: 'configs' | 'secrets'): Promise<readonly ClusterThing[]>
  /** Creates a config or secret of a stack; no error if there is one of that name. */
  create(kind: 'configs' | 'secrets', thing: { name: string; stack: string; data: Uint8Array }): Promise<void>
  /** The networks that were created for a stack. */
  networksOf(stack: string): Promise<readonly ClusterThing[]>
  /** Removes one. False if a service uses it, or it is gone. */
  removeThing(kind: 'configs' | 'secrets' | 'networks', id: string): Promise<boolean>
  /**
   * Starts a job that makes every active node pull an image, and runs nothing of it. The token, if any, is that of the
   * registry's token service: it allows to pull this repository, for minutes. Returns the id of the job's service. Called again
   * with the same name, it gives the same job.
   */
  startPull(request: {
    stack: string
    name: string
    image: string
    token: Secret | undefined
  }): Promise<string>
  /** Pull jobs that a deploy of a stack has started and not removed. */
  pullJobs(stack: string): Promise<readonly { id: string; name: string }[]>
  /** The tasks of one service. */
  tasksOf(serviceId: string): Promise<readonly StackTask[]>
  /** Puts a definition back, whatever the state of an update, and whatever Swarm changes meanwhile. */
  restoreService(id: string, spec: ServiceSpec): Promise<void>
  /** Makes the next `docker stack deploy` set the image of its file, also if it named the same one before. Restarts no task. */
  forgetStackImage(id: string): Promise<void>
  /** Creates a service as it was. */
  recreateService(spec: ServiceSpec): Promise<void>
  /** No error if it is gone. */
  removeService(id: string): Promise<void>
  /** The last lines of a service's or task's log, without control characters; empty if it cannot be read. */
  logTail(what: { service: string } | { task: string }, lines: number): Promise<readonly string[]>
  /**
   * The log of a task, in batches, at the pace of its reader. The node of the task sends it: one that was just lost sends nothing, and
   * the log does not end. Ends when `signal` aborts, and at once if the task is gone.
   */
  taskLog(taskId: string, request: TaskLogRequest): AsyncIterable<readonly LogLine[]>
  /** Number of logs that can be read at the same time; the connection may have few channels. */
  readonly logsAtOnce: number
}

/** The app's compose file as a stack: Compose resolves the files in the app's directory, Docker deploys them. */
export interface Stack {
  /**
   * Creates the stack's networks, configs and secrets, and creates or updates its services; removes none, and waits for none. Throws
   * STACK_REFUSED with Docker's words, COMPOSE_INVALID, and SWARM_NO_LEADER.
   */
  deploy(request: StackRequest): Promise<void>
  /**
   * The names that contents get in the swarm, in the order of `contents`: each has a hash of what is on the manager now. Creates nothing.
   * Throws COMPOSE_INVALID for one that cannot be read, and STACK_UNSUPPORTED for one that a swarm does not store.
   */
  nameContents(
    request: Pick<StackRequest, 'stack' | 'files' | 'signal'> & { contents: readonly StackContent[] },
  ): Promise<readonly string[]>
  /** Starts a one-off task of a service as a job of the stack, a service with the name `job`. Throws what `deploy` throws, and SERVICE_UNKNOWN. */
  startJob(request: StackRequest & { service: string; job: string; argv: readonly string[] }): Promise<void>
}

export type StackRequest = {
  /** Name of the stack: that of the Compose project. */
  stack: string
  /** Order of an update, where the compose file does not say it, by service. */
  orders: Readonly<Record<string, 'start-first' | 'stop-first'>>
  /** Files of the release by path, for configs. */
  files: ReadonlyMap<string, Uint8Array>
  signal?: AbortSignal
}

/** Something of the compose file that a stack does not have. */
export type StackDifference = {
  service: string | undefined
  /** `build`, `depends_on`. */
  key: string
  /** What a stack does with it, and what to do instead. */
  text: string
}

/** What a stack would make of the compose file. */
export type StackReview = {
  /** The deploy is refused. */
  obstacles: readonly StackDifference[]
  /** It is ignored. */
  ignored: readonly StackDifference[]
  /** Update order of the file, by service, as far as it says one. */
  orders: Readonly<Record<string, string>>
  /** Services that publish a port of the node itself: `mode: host`. */
  hostPorts: readonly string[]
  /** Networks, configs and secrets that must exist, by the name of each. */
  externals: readonly { kind: 'network' | 'config' | 'secret'; name: string }[]
  /** How long a task of the service may take to become healthy, by its health check. */
  healthMs: Readonly<Record<string, number>>
  /** How long Swarm watches a new task for a failure: `update_config.monitor`. */
  watchMs: Readonly<Record<string, number>>
  /** How long Swarm pauses between two tasks: `update_config.delay`. */
  pauseMs: Readonly<Record<string, number>>
  /** How long a task may take to stop: `stop_grace_period`. */
  stopMs: Readonly<Record<string, number>>
  /** Files that become configs, by the name of each config in the file. */
  configFiles: readonly { config: string; path: string }[]
  /** Secrets and configs whose content is on the manager. */
  contents: readonly StackContent[]
}

/** A secret or config of the compose file that is read on the manager: from a file, or from a variable. */
export type StackContent = {
  kind: 'configs' | 'secrets'
  /** Its name in the compose file. */
  key: string
  /** Relative to the app's directory, or absolute. */
  file?: string
  environment?: string
  /** Those that use it. */
  services: readonly string[]
}
