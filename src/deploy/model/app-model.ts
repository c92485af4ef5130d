import type { PartialHealthCheck } from './drain-check.ts'
import type { Front } from './front.ts'
import type { CreatedNetwork, HostNeeds } from './host-needs.ts'
import type { External } from './surroundings.ts'

/** The app as Docker Compose on the host resolves its files, reduced to the fields that a deploy needs. */

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully'

export type Dependency = {
  service: string
  condition: DependencyCondition
  /** `restart: true`: its containers are replaced whenever those of the dependency are. */
  restart?: boolean
}

export type PublishedPort = {
  /** `80`, `8000-8010`; undefined for any free port. */
  published: string | undefined
  /** Port of the container. */
  target: number
  protocol: string
  /** Address of the host; undefined for all. */
  hostIp: string | undefined
}

export type ServiceModel = {
  name: string
  /** As Compose resolved it; undefined for a service that only has `build:`. */
  image: string | undefined
  replicas: number
  dependsOn: readonly Dependency[]
  /** Services whose container it is bound to, and the key that says so: it has no other one until it is created again. */
  boundTo: readonly { service: string; key: string }[]
  /** Ports of the host: `80`, `8000-8010`, `53/udp`. */
  publishedPorts: readonly string[]
  /** The host's address of each of them that is published on one address only. */
  portAddresses?: Readonly<Record<string, string>>
  /** The same in full, with those that get any free port of the host. */
  ports: readonly PublishedPort[]
  containerName: string | undefined
  /** What the file says of the program that its containers run; absent if it leaves that to the image. */
  entrypoint?: readonly string[]
  command?: readonly string[]
  /** Other names that it has on its networks; absent without any. */
  aliases?: readonly string[]
  /** Networks of the compose file that the service is connected to. */
  networks: readonly string[]
  /** `host`, `service:x`, `container:y`; undefined for ordinary networks. */
  networkMode: string | undefined
  /** A fixed IP or MAC address, which two containers cannot share. */
  fixedAddress: boolean
  /** Named or anonymous volumes it mounts; `name` is undefined for an anonymous one. */
  volumes: readonly { name: string | undefined; target: string }[]
  /** Mounted paths next to the compose file: `path` as written there, without `./`; `target` in the container. */
  mounts: readonly { path: string; target: string }[]
  /** What it needs of the host; absent if nothing. */
  needs?: HostNeeds
  /** It mounts the app's directory, one above it or dray's own, and may write to it. */
  writesDirectory?: true
  /** `always` or `unless-stopped`: Docker starts a container again that exits with 0. Otherwise it is done then. */
  restarts: boolean
  /** `on-failure`: Docker starts a container again that exits with another code. */
  retries?: true
  /** `disabled` is `disable: true` in the file; without a check in the file, the image may define one. */
  healthCheck: 'defined' | 'disabled' | 'from-image-or-none'
  /** What the file says of the check; absent if it says nothing, or something that depends on deploy-time values. */
  check?: PartialHealthCheck
  /** Its containers have `/dev/shm` together, or with the host. */
  sharesMemory?: true
  /** Its labels that start with `traefik.`; absent without any. */
  traefikLabels?: Readonly<Record<string, string>>
  /**
   * Hash of everything that makes up a container except the image: the resolved definition, its networks and volumes, and
   * the content of its env files. dray compares it to detect a changed service.
   */
  definitionHash: string
  /** Hash of each value of the definition, by its path such as `environment.LOG_LEVEL`; shows which values differ. */
  definitionParts: Readonly<Record<string, string>>
}

/** A service whose profiles are not active: it is not deployed, but `dray run` and tasks can use it. */
export type InactiveService = ServiceModel & { profiles: readonly string[] }

export type AppModel = {
  /** Compose project name. */
  project: string
  /** Those that are deployed. */
  services: readonly ServiceModel[]
  /** Names of services that run on other hosts only; absent without any. */
  elsewhere?: readonly string[]
  /** Absent without any. */
  inactive?: readonly InactiveService[]
  /** Why Compose cannot read the inactive services; absent if it can. */
  inactiveProblem?: string
  /**
   * Values that depend on deploy-time variables: a partial service definition for each service that has any. The override
   * file pins them, so that a plain `docker compose up -d` changes nothing.
   */
  pins: Readonly<Record<string, unknown>>
  /**
   * The number of containers of services whose `deploy` says nothing else; absent without any. The override file has it as `scale`,
   * since a container's hash by Compose depends on whether there is a `deploy`.
   */
  scales?: Readonly<Record<string, number>>
  /** Hash of each network's definition, by name. Compose recreates a changed network and every container connected to it. */
  networks: Readonly<Record<string, string>>
  /** Networks with IPv6. */
  ipv6Networks: readonly string[]
  /** Those that Compose creates; absent without any. */
  createdNetworks?: readonly CreatedNetwork[]
  /** What services use and Compose does not create; absent without any. */
  externals?: readonly External[]
  /** The front that dray added; absent without one, and in the model of an archived release, whose files include it. */
  front?: Front
}

/** Whether the service must run to completion: another service depends on its success. */
export function isOneShot(app: AppModel, serviceName: string): boolean {
  return app.services.some((service) =>
    service.dependsOn.some(
      (dependency) =>
        dependency.service === serviceName && dependency.condition === 'service_completed_successfully',
    ),
  )
}

/** The ports of the host that the containers of a service certainly have: of a range, if it has as many ports as replicas. */
export function certainPorts({ publishedPorts, replicas }: ServiceModel): string[] {
  return publishedPorts.flatMap((port) => {
    const [, first, last] = /^(\d+)-(\d+)$/.exec(port)?.map(Number) ?? []
    if (first === undefined || last === undefined) return [port]
    const count = last - first + 1
    return count === replicas ? Array.from({ length: count }, (_, index) => String(first + index)) : []
  })
}

/** Whether the service mounts a shipped file, or a directory that contains it. */
export function isMounted(service: ServiceModel, file: string): boolean {
  return service.mounts.some(({ path }) => file === path || file.startsWith(`${path}/`))
}

/** Directories whose files the official nginx image reads only when it starts. */
const READ_AT_START = /^\/(etc\/nginx\/templates|docker-entrypoint\.d)(\/|$)/

/** Whether a proxy reads a mounted file again when it reloads. */
export function isReloaded({ mounts }: ServiceModel, file: string): boolean {
  return mounts.some(
    ({ path, target }) => (file === path || file.startsWith(`${path}/`)) && !READ_AT_START.test(target),
  )
}
