import { replicasOf, type Shape, type ShapePort, type ShapeService } from './shape.ts'

/** A published port: where it is on the host, and what listens on it in the container. */
export type HostPort = {
  published: number
  /** The last port of a range, where several containers share one definition; else `published`. */
  last: number
  target: number
  protocol: 'tcp' | 'udp'
  isLoopback: boolean
}

/** sshd, and the relay that makes its line slow. */
const taken = [22, 2200]
const firstFree = 20_000

/**
 * Gives every port of a shape a place on one host: its own, unless that is taken or no number. The same port twice in one
 * service is TCP and UDP, as of HTTP/3.
 */
export function assignPorts(shape: Shape): ReadonlyMap<string, readonly HostPort[]> {
  const used = new Set(taken)
  for (const service of shape.services)
    for (const port of new Set((service.ports ?? []).map(({ published }) => Number(published)))) {
      if (Number.isInteger(port)) used.add(port)
    }
  const given = new Set<number>()
  return new Map(shape.services.map((service) => [service.name, portsOf(service, { used, given })]))
}

/** All ports in the container that a service publishes. */
export function targetsOf({ ports = [] }: ShapeService): number[] {
  return [...new Set(ports.map(targetOf))]
}

function portsOf(service: ShapeService, numbers: { used: Set<number>; given: Set<number> }): HostPort[] {
  if (service.network_mode !== undefined) return []
  const seen = new Map<string, HostPort>()
  return (service.ports ?? []).map((port): HostPort => {
    const target = targetOf(port)
    const key = `${port.published}:${target}`
    const tcp = seen.get(key)
    if (tcp !== undefined && port.published !== undefined) return { ...tcp, protocol: 'udp' }
    const size = replicasOf(service)
    const published = choose(Number(port.published), size, numbers)
    const isLoopback = port.host === 'loopback'
    const given: HostPort = { published, last: published + size - 1, target, protocol: 'tcp', isLoopback }
    seen.set(key, given)
    return given
  })
}

function choose(wanted: number, size: number, { used, given }: { used: Set<number>; given: Set<number> }) {
  if (size === 1 && Number.isInteger(wanted) && !taken.includes(wanted) && !given.has(wanted)) {
    given.add(wanted)
    return wanted
  }
  let first = firstFree
  const range = (): number[] => Array.from({ length: size }, (_, index) => first + index)
  while (range().some((port) => used.has(port) || given.has(port))) first += 1
  for (const port of range()) given.add(port)
  return first
}

function targetOf({ target }: ShapePort): number {
  return Number.isInteger(Number(target)) && Number(target) > 0 ? Number(target) : 8000
}
