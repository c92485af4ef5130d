import { isDrainable, type DrainCheck } from '../model/drain-check.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { upstreamOf } from '../model/proxies/proxy.ts'
import { newestRelease } from '../model/release.ts'
import type { ServiceDecision } from './decide-service.ts'
import { decideServices } from './plan-host.ts'
import { isOwn } from './why-not-rolled.ts'

/**
 * The health checks of the override file, by service. A container that stays keeps the one that it has, or none: Compose would
 * replace it otherwise.
 */
export function chooseDrainChecks(
  observation: HostObservation,
  desired: DesiredRelease,
): Record<string, DrainCheck> {
  if (observation.proxies.every(({ upstreams }) => upstreams === undefined)) return {}
  const current = newestRelease(observation.directory.releases)
  const decisions = decideServices({ observation, desired, current })
  return Object.fromEntries(
    decisions.flatMap((decision): [string, DrainCheck][] => {
      const check = checkOf(decision, observation, desired)
      return check === undefined ? [] : [[decision.service.name, check]]
    }),
  )
}

function checkOf(
  { action, service, kept }: ServiceDecision,
  { proxies, imageTemplates }: HostObservation,
  desired: DesiredRelease,
): DrainCheck | undefined {
  if (action === 'leave' || kept.length > 0) return kept.find(isDrainable)?.healthCheck
  if (action === 'run-once' || desired.rollout[service.name] === 'recreate') return undefined
  const isRolledNext = isOwn(service, desired, imageTemplates) || desired.rollout[service.name] === 'roll'
  return isRolledNext ? upstreamOf(proxies, service.name)?.check : undefined
}
