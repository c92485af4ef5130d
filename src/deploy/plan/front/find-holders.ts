import type { Container } from '../../model/container.ts'
import type { HostPlan } from '../plan-host.ts'

/** Containers of a service that hold a port, by id. */
export type Holder = { service: string; containers: readonly string[] }

/**
 * The running containers that hold a port which a service will publish, and that leave with this deploy: old ones of another
 * service that publishes it no longer, or of a service that is gone. They have to stop before the service can start.
 */
export function findHolders(
  { name, publishedPorts }: { name: string; publishedPorts: readonly string[] },
  { observation, decisions }: Pick<HostPlan, 'observation' | 'decisions'>,
): Holder[] {
  const holds = (it: Container): boolean =>
    it.state === 'running' &&
    !it.oneOff &&
    it.publishedPorts.some((port) => publishedPorts.includes(String(port)))
  const leaves = ({ service }: Container): boolean => {
    const decision = decisions.find((it) => it.service.name === service)
    return decision === undefined || decision.action === 'roll' || decision.action === 'stand-in'
  }
  const found = observation.containers.filter((it) => it.service !== name && holds(it) && leaves(it))
  return [...new Set(found.map(({ service }) => service))].map((service) => ({
    service,
    containers: found.filter((it) => it.service === service).map(({ id }) => id),
  }))
}
