import type { DesiredRelease, HostObservation } from './observation.ts'
import { upstreamOf } from './proxies/proxy.ts'

/** The desired release as far as it concerns one host: without settings of services that run elsewhere. */
export function limitDesired(
  observation: Pick<HostObservation, 'directory' | 'proxies'>,
  desired: DesiredRelease,
): DesiredRelease {
  const { elsewhere = [] } = observation.directory.app
  if (elsewhere.length === 0) return desired
  const { proxyService, probeUrl } = desired
  return {
    ...desired,
    proxyService: proxyService !== undefined && elsewhere.includes(proxyService) ? undefined : proxyService,
    probeUrl: isReached(observation) ? probeUrl : false,
  }
}

/** Whether something on this host can answer at the URL of the app. */
function isReached({ directory, proxies }: Pick<HostObservation, 'directory' | 'proxies'>): boolean {
  // Another proxy outside than Traefik is one that dray.yml names.
  if (proxies.some(({ isOutside, kind }) => isOutside === true && kind !== 'traefik')) return true
  return directory.app.services.some(
    ({ name, publishedPorts, networkMode }) =>
      publishedPorts.length > 0 || networkMode === 'host' || upstreamOf(proxies, name) !== undefined,
  )
}
