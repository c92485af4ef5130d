/** One place where a registry is served. */
export type Endpoint = {
  /** Host with port, for messages and for finding the login. */
  host: string
  /** Without a slash at the end: `https://ghcr.io`. */
  baseUrl: string
}

export type EndpointOptions = {
  /** Registries that are spoken to without TLS. */
  insecure: ReadonlySet<string>
  /** Base URL of a mirror that is asked before it: `http://10.0.0.5:5000`. */
  mirror?: string
}

/**
 * Where to ask for the images of a registry, in order: its mirror where there is one, then itself, as Docker Engine does.
 * Loopback addresses are spoken to in plain HTTP, as Docker Engine does too.
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
