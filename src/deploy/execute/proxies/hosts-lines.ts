import type { Container } from '../../model/container.ts'

/**
 * `ADDRESS NAME…` for a container that shares networks with the proxy: the names that Docker's DNS has for it, alone and with the network
 * (`api.shop_default`). On further networks, those that it has there alone. The proxy may use the container's own name, which a
 * `container_name` makes permanent.
 */
export function listHostsLines(container: Container, proxy: Container): string[] {
  // The Engine adds the first 12 digits of the id as an alias. A short name such as `be` may begin an id by chance.
  const isId = (name: string): boolean => name.length >= 12 && container.id.startsWith(name)
  const named = new Set<string>()
  return container.networks.flatMap(({ name: network, address: ipv4, ipv6 = '', aliases }) => {
    const address = ipv4 || ipv6
    if (address === '' || !proxy.networks.some(({ name }) => name === network)) return []
    const all = [container.service, container.name, ...aliases].filter((name) => !isId(name))
    const names = [...new Set(all)]
    const others = names.filter((name) => !named.has(name))
    for (const name of others) named.add(name)
    // musl reads at most 1023 characters of a line.
    return [others, names.map((name) => `${name}.${network}`)].flatMap((it) =>
      it.length === 0 ? [] : [`${address} ${it.join(' ')}`],
    )
  })
}

/** Those of containers that a caller sends requests to; none if its file is one of the host, which others may have as well. */
export function listCallerLines(containers: readonly Container[], caller: Container): string[] {
  if (caller.mountPoints?.includes('/etc/hosts')) return []
  return containers.flatMap((container) => listHostsLines(container, caller))
}
