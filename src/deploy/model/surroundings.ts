import type { Capacity, HostNetwork } from './host-needs.ts'

/** A network or volume that the compose file expects to exist: `external: true`. Compose creates none. */
export type External = {
  kind: 'network' | 'volume' | 'secret' | 'config'
  /** Its name on the host. */
  name: string
  /** The services that use it. */
  services: readonly string[]
}

/** A container on the host that is not of the app's Compose project. */
export type OtherContainer = {
  name: string
  /** Its Compose project and directory; undefined if Compose did not start it. */
  project: string | undefined
  directory: string | undefined
  /** Ports of the host that lead to it: `80`, `53/udp`. `address` is empty for all addresses. */
  ports: readonly { port: string; address: string }[]
  /** Its addresses on networks; absent without any. */
  addresses?: readonly { network: string; address: string }[]
}

/** What a deploy can collide with on a host, or lack there. */
export type Surroundings = {
  /** External things of the compose file that do not exist. */
  missing: readonly External[]
  others: readonly OtherContainer[]
  networks: readonly HostNetwork[]
  /** Read only if a service has a limit or needs a runtime. */
  capacity?: Capacity
}

/** `container shop-web-1 of Compose project shop in /srv/shop`. */
export function describeOther({ name, project, directory }: OtherContainer): string {
  const from = project === undefined ? '' : ` of Compose project ${project}`
  return `container ${name}${from}${directory === undefined ? '' : ` in ${directory}`}`
}

/**
 * A directory of the host, other than the app's, from which Compose started containers of a service of the app's project. `isGone`:
 * it was deleted or moved since.
 */
export type OtherDirectory = { service: string; path: string; isGone: boolean }
