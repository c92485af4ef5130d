import type { Container } from '../../model/container.ts'

/**
 * `ADDRESS NAME…` for a container that shares a network with the proxy: its names on that network. The proxy may use the
 * container's own name, which a `container_name` makes permanent.
 */
export function hostsLine(container: Container, proxy: Container): string[] {
  const shared = container.networks.find(
    (network) => network.address !== '' && proxy.networks.some((it) => it.name === network.name),
  )
  if (shared === undefined) return []
  // The Engine adds the first 12 digits of the id as an alias. A short name such as `be` may begin an id by chance.
  const isId = (name: string): boolean => name.length >= 12 && container.id.startsWith(name)
  const names = [container.name, ...shared.aliases].filter((name) => !isId(name))
  return [`${shared.address} ${[...new Set([container.service, ...names])].join(' ')}`]
}
