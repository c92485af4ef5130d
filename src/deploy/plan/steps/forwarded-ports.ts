import type { ServiceModel } from '../../model/app-model.ts'
import type { ForwardedPort } from '../../model/port-forwarder.ts'

/**
 * The ports of a service, if all of them can be forwarded: single TCP ports, published over IPv4. Undefined without any, and if
 * one cannot be.
 */
export function forwardedPortsOf({ ports }: ServiceModel): ForwardedPort[] | undefined {
  const forwarded = ports.flatMap(({ published = '', target, protocol, hostIp = '' }): ForwardedPort[] => {
    const isPlain = protocol === 'tcp' && /^\d+$/.test(published) && !hostIp.includes(':')
    if (!isPlain) return []
    const isAny = hostIp === '' || hostIp === '0.0.0.0'
    return [{ published: Number(published), target, ...(isAny ? {} : { address: hostIp }) }]
  })
  return forwarded.length > 0 && forwarded.length === ports.length ? forwarded : undefined
}
