import type { HostObservation } from '../model/observation.ts'
import type { ServiceDecision } from './decide-service.ts'

/**
 * Why the published ports of a service, which are forwarded to its stand-in, answer nothing over IPv6 meanwhile, as the end of a
 * sentence. Undefined if they do, or are not published over IPv6.
 */
export function whyNotIpv6(
  { service, replaced }: Pick<ServiceDecision, 'service' | 'replaced'>,
  { directory, forwarding }: Pick<HostObservation, 'directory' | 'forwarding'>,
): string | undefined {
  if (!replaced.some(({ publishesIpv6 }) => publishesIpv6)) return undefined
  const { ipv6Networks } = directory.app
  if (!service.networks.some((name) => ipv6Networks.includes(name)))
    return 'its networks have no `enable_ipv6`'
  return forwarding?.ipv6Obstacle
}
