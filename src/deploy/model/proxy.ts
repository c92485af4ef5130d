import { isReloaded, type ServiceModel } from './app-model.ts'

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
  const networks = services.find(({ name }) => name === proxy.service)?.networks ?? []
  return service.networks.some((network) => networks.includes(network))
}
