import type { DesiredRelease, HostObservation } from './observation.ts'

/** The desired release as far as it concerns one host: without settings of services that run elsewhere. */
export function limitDesired(
  { directory }: Pick<HostObservation, 'directory'>,
  desired: DesiredRelease,
): DesiredRelease {
  const { services, elsewhere = [] } = directory.app
  if (elsewhere.length === 0) return desired
  const { proxyService, probeUrl } = desired
  const isReached = services.some(({ publishedPorts }) => publishedPorts.length > 0)
  return {
    ...desired,
    proxyService: proxyService !== undefined && elsewhere.includes(proxyService) ? undefined : proxyService,
    // Nothing on this host answers at the URL of the app.
    probeUrl: isReached ? probeUrl : false,
  }
}
