import type { PublishedPort, ServiceModel } from '../../model/app-model.ts'
import { isRunning, type Container } from '../../model/container.ts'
import type { ForwardedPort } from '../../model/port-forwarder.ts'

/**
 * The ports of a service, if all of them can be forwarded: TCP ports, published over IPv4, of containers that have such an address. Of a
 * range, those that its running containers have. Undefined without any, and if one cannot be.
 */
export function forwardedPortsOf(
  service: ServiceModel,
  containers: readonly Container[],
): ForwardedPort[] | undefined {
  const running = containers.filter((it) => it.service === service.name && !it.oneOff && isRunning(it))
  // Networks may have IPv6 alone.
  if (running.some(({ networks }) => networks.every(({ address }) => address === ''))) return undefined
  const published = running.flatMap(({ publishedPorts }) => publishedPorts)
  const forwarded = service.ports.map((port) => listForwarded(port, published))
  const ports = forwarded.flatMap((it) => it ?? [])
  return ports.length > 0 && !forwarded.includes(undefined) ? ports : undefined
}

function listForwarded(
  { published = '', target, protocol, hostIp = '' }: PublishedPort,
  inUse: readonly number[],
): ForwardedPort[] | undefined {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(published) ?? []
  if (first === undefined || protocol !== 'tcp' || hostIp.includes(':')) return undefined
  const isAny = hostIp === '' || hostIp === '0.0.0.0'
  const numbers =
    last === undefined
      ? [Number(first)]
      : inUse.filter((port) => port >= Number(first) && port <= Number(last)).sort((a, b) => a - b)
  return numbers.map((port) => ({ published: port, target, ...(isAny ? {} : { address: hostIp }) }))
}
