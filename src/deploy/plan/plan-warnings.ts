import { whyNotRolled, type DecisionInput } from './decide-service.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { HostPlan } from './plan-host.ts'

/** What the plan cannot promise on one host, and why. */
export function planWarnings(host: HostPlan, desired: DesiredRelease): string[] {
  const { observation, decisions } = host
  const input: DecisionInput = {
    observation,
    desired,
    current: host.current,
    proxyService: host.proxyService,
  }
  const found: string[] = []
  if (observation.directory.envFile.readableByOthers) {
    found.push(
      `.env on ${observation.host} can be read by others (mode ${observation.directory.envFile.mode}): \`chmod 600 .env\` there.`,
    )
  }
  for (const { service, action, replaced } of decisions) {
    if (action === 'recreate' && replaced.length > 0) {
      found.push(
        `${service.name} is stopped for a moment, since ${whyNotRolled(service, input) ?? 'its network changed'}.`,
      )
    }
    const shared = service.volumes.flatMap((volume) => volume.name ?? [])
    if (action === 'roll' && shared.length > 0) {
      found.push(`The old and the new ${service.name} both have volume ${shared.join(', ')} for a while.`)
    }
    const image = observation.resolved.get(service.name)?.config
    const checked =
      service.healthCheck === 'defined' ||
      (service.healthCheck === 'from-image-or-none' && image?.hasHealthCheck === true)
    if ((action === 'roll' || action === 'recreate') && !checked && service.name !== host.proxyService) {
      const ports = image?.exposedPorts ?? []
      const known =
        ports.length === 0
          ? 'that it runs and does not restart'
          : `that it listens on port ${ports.join(' or ')}`
      found.push(`${service.name} has no health check: ${known} is all dray can know.`)
    }
  }
  return found
}
