/** The app as Docker Compose on the host understands its files, reduced to what a deploy decides by. */

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully'

export type ServiceModel = {
  name: string
  /** As Compose resolved it; undefined for a service that only has `build:`. */
  image: string | undefined
  replicas: number
  dependsOn: readonly { service: string; condition: DependencyCondition }[]
  /** Ports of the host: `80`, `8000-8010`, `53/udp`. */
  publishedPorts: readonly string[]
  containerName: string | undefined
  /** Networks of the compose file that it is on. */
  networks: readonly string[]
  /** `host`, `service:x`, `container:y`; undefined for ordinary networks. */
  networkMode: string | undefined
  /** It has an address of its own choosing, which two containers cannot share. */
  fixedAddress: boolean
  /** Named or anonymous volumes it mounts; `name` is undefined for an anonymous one. */
  volumes: readonly { name: string | undefined; target: string }[]
  /** What it mounts from beside the compose file: paths as written there, without `./`, and where they are in it. */
  mounts: readonly { path: string; target: string }[]
  /** It has `restart: no` or nothing: a container that ends is not started again. */
  restarts: boolean
  /** Anything but `disable: true` in the file; an image may bring one, too. */
  healthCheck: 'defined' | 'disabled' | 'from-image-or-none'
  /**
   * Hash of all that makes a container of it, but the image: the resolved definition, the networks and volumes it uses,
   * and the content of its env files. What dray compares to see whether a service changed.
   */
  definitionHash: string
  /** Hash of each value of the definition by where it is in it, such as `environment.LOG_LEVEL`: tells what differs. */
  definitionParts: Readonly<Record<string, string>>
}

export type AppModel = {
  /** Compose project name. */
  project: string
  services: readonly ServiceModel[]
  /**
   * Values of the definition that depend on deploy-time values, and so must be pinned in the override file for a plain
   * `docker compose up -d` to change nothing: a partial service definition for each service that has any.
   */
  pins: Readonly<Record<string, unknown>>
  /** Networks by name with a hash of their definition: Compose recreates a network that changed, and all that is on it. */
  networks: Readonly<Record<string, string>>
}

/** Services whose end is waited for: another service depends on their success. */
export function isOneShot(app: AppModel, serviceName: string): boolean {
  return app.services.some((service) =>
    service.dependsOn.some(
      (dependency) =>
        dependency.service === serviceName && dependency.condition === 'service_completed_successfully',
    ),
  )
}

/** Whether a file that is shipped is one that the service mounts, or lies in a directory that it mounts. */
export function isMounted(service: ServiceModel, file: string): boolean {
  return service.mounts.some(({ path }) => file === path || file.startsWith(`${path}/`))
}
