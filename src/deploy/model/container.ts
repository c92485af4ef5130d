export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'

/** The health check that a container runs, merged from image and compose file. */
export type HealthCheck = {
  /** The command to execute in the container. A shell form is already `[shell, '-c', text]`. */
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
  /** The host's directory from which Compose started it, from its labels; absent without that label. */
  directory?: string
  /** Created by `docker compose run`. */
  oneOff: boolean
  /** One-off, and started by dray as a stand-in: it has dray's label. Absent for every other container. */
  standIn?: true
  /** The image name it was created with: `repo@sha256:…` or `repo:tag`. */
  imageName: string
  imageId: string
  /** The program it was started with, and its arguments. */
  command: readonly string[]
  /** User that its processes run as; empty for the image's default, root. */
  user: string
  /** Its `/etc/hosts` is read-only: as its root file system is, or as a mount. */
  isReadOnly: boolean
  /** Compose's configuration hash (label `com.docker.compose.config-hash`). */
  configHash: string
  state: ContainerState
  exitCode: number
  /** The kernel killed it because it ran out of memory. */
  outOfMemory: boolean
  restartCount: number
  /** Milliseconds since the epoch; 0 if never started. */
  startedAtMs: number
  /** Id of its first process on the host, as far as the Engine runs there; absent if it does not run. */
  pid?: number
  /** When it last exited; absent if it never did. */
  endedAtMs?: number
  createdAtMs: number
  healthCheck?: HealthCheck
  /** Result of Docker's own runs of the health check so far. */
  health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** Output of the last of those runs; empty before the first. */
  healthOutput: string
  /** Time between the stop signal and Docker killing it. */
  stopGraceMs: number
  /** TCP ports on the host that lead to it. */
  publishedPorts: readonly number[]
  /** The host's address of each published port that is published on one address only. */
  portAddresses?: Readonly<Record<string, string>>
  /** Its labels that start with `traefik.`; absent without any. */
  traefikLabels?: Readonly<Record<string, string>>
  /** Where it has named volumes and mounts of the host, which every container of its service has; absent without any. */
  mountPoints?: readonly string[]
  /** Set if a TCP port is also published at an IPv6 address of the host. */
  publishesIpv6?: true
  /** `ipv6`, `gateway`: its IPv6 address, and the address of the host there; absent without one. */
  networks: readonly {
    name: string
    address: string
    ipv6?: string
    gateway?: string
    aliases: readonly string[]
  }[]
}

/** Whether Docker runs it, or is about to again. */
export function isRunning(container: Container): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused'
}

/** Whether it may serve the app: it runs, and not for a task; a stand-in does. */
export function serves(container: Container): boolean {
  return isRunning(container) && (!container.oneOff || container.standIn === true)
}

/** False if it keeps restarting or Docker reports it as unhealthy, so that another deploy replaces it. */
export function isWell({ state, health }: Container): boolean {
  return state === 'running' && health !== 'unhealthy'
}
