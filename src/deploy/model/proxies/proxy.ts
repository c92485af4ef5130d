import { isReloaded, type ServiceModel } from '../app-model.ts'
import type { DrainCheck } from '../drain-check.ts'

export type ProxyKind = 'nginx' | 'caddy' | 'haproxy' | 'traefik'

/** A service of the app that receives requests and sends them to others, as far as dray could observe it. */
export type Proxy = {
  service: string
  kind: ProxyKind
  /** How it was recognised, in a few words. */
  cause: string
  /** Why dray cannot switch its traffic while old and new containers run, as the end of a sentence; undefined if it can. */
  obstacle: string | undefined
  /** Whether dray can make it read its configuration files again. */
  canReload: boolean
  /**
   * For nginx that looks names up while it runs (`resolver` and a variable): a file of its configuration in its container, which
   * dray extends for the moment of a reload, so that nginx keeps the addresses that it has then.
   */
  pinFile?: string
  /** For nginx: the names and addresses that its configuration sends requests to, in lower case; absent if that is not certain. */
  hosts?: readonly string[]
  /** For Traefik, which finds services on its own: those that it may send requests to, by name. */
  upstreams?: Readonly<Record<string, Upstream>>
  /** For Traefik: those that it can know from its files alone, by their names, which dray pins. */
  named?: readonly string[]
  /** It is no service of the app. */
  isOutside?: true
}

/** A service that Traefik sends requests to. */
export type Upstream = {
  /** Why dray cannot switch traffic from its old to its new container, as the end of a sentence. */
  obstacle?: string
  /** The health check that its new containers get, by which dray drains them. */
  check?: DrainCheck
  /** Why its running containers cannot be drained. */
  undrainable?: string
  /** Labels by which a stand-in gets every request nevertheless. */
  standInLabels?: Readonly<Record<string, string>>
}

/** Why dray cannot switch a proxy's traffic for one of the services behind it; undefined if it can. */
export function obstacleFor({ obstacle, upstreams }: Proxy, serviceName: string): string | undefined {
  return obstacle ?? upstreams?.[serviceName]?.obstacle
}

/** What Traefik, if the app is behind it, sends to a service. */
export function upstreamOf(proxies: readonly Proxy[], serviceName: string): Upstream | undefined {
  return proxies.flatMap(({ upstreams }) => upstreams?.[serviceName] ?? [])[0]
}

/** The proxy of a service, if it is one. */
export function proxyOf(proxies: readonly Proxy[], serviceName: string): Proxy | undefined {
  return proxies.find(({ service }) => service === serviceName)
}

/** Whether a service is a proxy that reads a mounted file again when dray makes it reload. */
export function reloadsFile(proxies: readonly Proxy[], service: ServiceModel, file: string): boolean {
  return proxyOf(proxies, service.name)?.canReload === true && isReloaded(service, file)
}

/** Whether a proxy may send requests to a service by its name: they share a network, and the proxy comes after it. */
export function isBehind(
  service: ServiceModel,
  proxy: Proxy,
  { services, proxies }: { services: readonly ServiceModel[]; proxies: readonly Proxy[] },
): boolean {
  const at = proxies.findIndex((it) => it.service === proxy.service)
  if (proxies.slice(at).some((it) => it.service === service.name)) return false
  if (proxy.named?.includes(service.name)) return true
  if (proxy.upstreams !== undefined) return service.name in proxy.upstreams
  const networks = services.find(({ name }) => name === proxy.service)?.networks ?? []
  return service.networks.some((network) => networks.includes(network))
}
