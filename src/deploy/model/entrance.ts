import type { DesiredRelease, HostObservation } from './observation.ts'

/** The service that receives requests: the configured one, or the only proxy that publishes a port. */
export function entryProxyOf(
  { directory, proxies }: Pick<HostObservation, 'directory' | 'proxies'>,
  { proxyService }: Pick<DesiredRelease, 'proxyService'>,
): string | undefined {
  if (proxyService !== undefined) return proxyService
  const published = directory.app.services.filter(
    ({ name, publishedPorts }) => publishedPorts.length > 0 && proxies.some((it) => it.service === name),
  )
  return published.length === 1 ? published[0]?.name : undefined
}

/**
 * The URL that shows whether the app answers. A configured URL must return 2xx or 3xx; without one, the proxy's own port
 * is used and any status below 500 is accepted.
 */
export function probeTargetOf(
  observation: Pick<HostObservation, 'directory' | 'proxies'>,
  desired: Pick<DesiredRelease, 'proxyService' | 'probeUrl'>,
): { url: string; below: number } | undefined {
  if (desired.probeUrl !== undefined) return { url: desired.probeUrl, below: 400 }
  const entry = entryProxyOf(observation, desired)
  const ports = observation.directory.app.services.find(({ name }) => name === entry)?.publishedPorts ?? []
  const port = ports.find((it) => it !== '443' && /^\d+$/.test(it))
  return port === undefined ? undefined : { url: `http://localhost:${port}/`, below: 500 }
}
