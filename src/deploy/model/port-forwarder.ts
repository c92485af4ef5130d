/** A published TCP port of a service, and the port of its container. */
export type ForwardedPort = {
  /** Port of the host. */
  published: number
  target: number
  /** Address of the host; absent for all. */
  address?: string
}

/** The `owner` of the forwarded ports of a service. */
export function forwardOwner(project: string, service: string): string {
  return `${project}.${service}`
}

/**
 * Forwards published ports of the host to other containers, by the kernel's rules (iptables). Connections that exist keep their
 * container. Methods throw HOST_COMMAND_FAILED.
 */
export interface PortForwarder {
  /** Why the ports of this host cannot be forwarded, as the end of a sentence; undefined if they can. `ip6tables`: over IPv6. */
  findObstacle(tool?: 'iptables' | 'ip6tables'): Promise<string | undefined>
  /**
   * From now on new connections to the ports of each target go to it, and to no other container of the same `owner`. The rules
   * of a target end on their own when its container stops or is removed.
   */
  start(owner: string, targets: readonly ForwardTarget[]): Promise<void>
  /** New connections go to the container that publishes the ports. */
  end(owner: string): Promise<void>
  /**
   * Makes a Caddy of the host that keeps connections to one of these ports open new ones. False without one, or if it cannot be
   * reached. Never throws.
   */
  renew(ports: readonly number[]): Promise<boolean>
  /** Removes what the connections since `start` still need: after their container has stopped. */
  clear(owner: string): Promise<void>
  /**
   * Waits until no connection from outside to these ports of the containers is left, and closes those that are idle between two
   * requests, since clients keep them open. False if some are left after the time limit.
   */
  drain(containers: readonly DrainedContainer[]): Promise<boolean>
}

/**
 * A container to which ports are forwarded, by its address. With `ipv6`, connections over IPv6 go to that address, if Docker itself
 * publishes ports so.
 */
export type ForwardTarget = {
  id: string
  address: string
  ipv6?: string
  ports: readonly ForwardedPort[]
}

export type DrainedContainer = { id: string; ports: readonly number[]; limitMs: number }
