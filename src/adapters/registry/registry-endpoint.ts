/** One server of a registry. */
export type Endpoint = {
  /** Host with port, for messages and logins. */
  host: string
  /** Without a trailing slash: `https://ghcr.io`. */
  baseUrl: string
}

export type EndpointOptions = {
  /** Registries used without TLS. */
  insecure: ReadonlySet<string>
  /** Base URL of a mirror that is tried first: `http://10.0.0.5:5000`. */
  mirror?: string
}

/**
 * Endpoints for the images of a registry, in order: its mirror, if any, then the registry itself, as in Docker Engine. As
 * in Docker Engine, loopback addresses use plain HTTP.
 */
export function endpointsOf(registry: string, { insecure, mirror }: EndpointOptions): Endpoint[] {
  const host = registry.toLowerCase()
  const served = host === 'docker.io' ? 'registry-1.docker.io' : host
  const scheme = insecure.has(host) || isLoopback(host) ? 'http' : 'https'
  const own: Endpoint = { host, baseUrl: `${scheme}://${served}` }
  if (mirror === undefined) return [own]
  const url = new URL(mirror)
  const path = url.pathname.replace(/\/+$/, '')
  return [{ host: url.host, baseUrl: `${url.protocol}//${url.host}${path}` }, own]
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/.test(host)
}
