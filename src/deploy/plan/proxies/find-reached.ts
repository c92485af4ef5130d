import { isReloaded, type ServiceModel } from '../../model/app-model.ts'
import type { Container } from '../../model/container.ts'
import type { Proxy } from '../../model/proxies/proxy.ts'
import type { HostPlan } from '../plan-host.ts'

/**
 * The services that nginx is configured to send requests to, by name. Undefined unless that is certain: it keeps its container and
 * its files, and every host in its configuration is a service. For what is said only: nginx gets the addresses of all services
 * on its networks, since it may still run with what its files said before.
 */
export function findReached(
  { service: name, hosts }: Proxy,
  { observation, decisions, files }: HostPlan,
): readonly string[] | undefined {
  const own = decisions.find(({ service }) => service.name === name)
  const changed = [...files.changed, ...files.removed]
  if (hosts === undefined || own?.action !== 'leave') return undefined
  if (changed.some((file) => isReloaded(own.service, file))) return undefined
  const { services } = observation.directory.app
  const found = hosts.map((host) =>
    services.filter((service) => listHosts(service, observation.containers).has(host)),
  )
  return found.every((its) => its.length > 0) ? found.flat().map((service) => service.name) : undefined
}

/** Names and addresses of a service on its networks, in lower case. */
function listHosts(
  { name, containerName, aliases = [] }: ServiceModel,
  containers: readonly Container[],
): ReadonlySet<string> {
  const its = containers.filter(({ service }) => service === name)
  const names = [name, ...aliases, ...(containerName === undefined ? [] : [containerName])]
  const all = its.flatMap((container) =>
    container.networks.flatMap((network) => {
      const here = [...names, container.name, ...network.aliases]
      return [network.address, ...here, ...here.map((it) => `${it}.${network.name}`)]
    }),
  )
  return new Set([...names, ...all].map((host) => host.toLowerCase()))
}
