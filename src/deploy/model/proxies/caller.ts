import { describeNeighbour, type Neighbour } from './neighbour.ts'
import { obstacleFor, proxyOf, upstreamOf, type Proxy } from './proxy.ts'

/** A connection between services, as it was observed. */
export type Caller = {
  /** The service of the app that accepted it. */
  to: string
  /** The service of the app, or the container of another project, that opened it. */
  from: string | Neighbour
}

/** The services and containers that send requests to a service, other than proxies that dray switches. */
export function findDirectCallers(
  service: string,
  { callers, proxies }: { callers: readonly Caller[]; proxies: readonly Proxy[] },
): Caller['from'][] {
  return callers.flatMap(({ to, from }): Caller['from'][] => {
    if (to !== service) return []
    if (typeof from !== 'string') {
      const isSwitched =
        from.kind === 'traefik'
          ? upstreamOf(proxies, service) !== undefined
          : proxyOf(proxies, from.name)?.isOutside
      return isSwitched ? [] : [from]
    }
    const proxy = proxyOf(proxies, from)
    const isSwitched =
      proxy !== undefined && obstacleFor(proxy, service) === undefined && !proxy.named?.includes(service)
    return isSwitched ? [] : [from]
  })
}

/** `web`, `container worker-1 of project jobs`. */
export function nameCaller(from: Caller['from']): string {
  if (typeof from === 'string') return from
  const text = describeNeighbour(from)
  return text.charAt(0).toLowerCase() + text.slice(1)
}
