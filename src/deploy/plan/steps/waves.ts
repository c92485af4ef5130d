import type { Proxy } from '../../model/proxies/proxy.ts'
import type { ServiceDecision } from '../decide-service.ts'

/**
 * Groups services that can start together. A service is in the group of its `service_started` dependencies, and after the
 * group of those that must be healthy or completed, or that it is replaced with (`restart: true`). Proxies that are not
 * rolled are last, inner ones first, since they resolve the others' addresses when they start. Unchanged services are in no
 * group.
 */
export function orderInWaves(
  decisions: readonly ServiceDecision[],
  proxies: readonly Proxy[],
): ServiceDecision[][] {
  const acting = new Map(
    decisions
      .filter((decision) => decision.action !== 'leave')
      .map((decision) => [decision.service.name, decision]),
  )
  const levels = new Map<string, number>()
  const levelOf = (name: string, seen: readonly string[]): number => {
    const known = levels.get(name)
    if (known !== undefined) return known
    const needs = (acting.get(name)?.service.dependsOn ?? []).filter(
      (dependency) => acting.has(dependency.service) && !seen.includes(dependency.service),
    )
    const level = Math.max(
      0,
      ...needs.map(
        ({ service, condition, restart }) =>
          levelOf(service, [...seen, name]) + (condition === 'service_started' && restart !== true ? 0 : 1),
      ),
    )
    levels.set(name, level)
    return level
  }
  const waves: ServiceDecision[][] = []
  const last = proxies
    .flatMap(({ service }) => acting.get(service) ?? [])
    .filter(({ action }) => action !== 'roll')
  for (const [name, decision] of acting) {
    if (last.includes(decision)) continue
    const level = levelOf(name, [])
    while (waves.length <= level) waves.push([])
    waves[level]?.push(decision)
  }
  waves.push(...last.map((decision) => [decision]))
  return waves.filter((wave) => wave.length > 0)
}

/**
 * Splits services that can start together, so that starting containers leave the host's CPUs to those that serve: two for each CPU at a
 * time, and at least four. Services of which nothing runs stay together, in the first part.
 */
export function splitForCpus(decisions: readonly ServiceDecision[], cpus: number): ServiceDecision[][] {
  const most = Math.max(4, 2 * cpus)
  const parts = [decisions.filter(({ replaced }) => replaced.length === 0)]
  let count = 0
  for (const decision of decisions.filter(({ replaced }) => replaced.length > 0)) {
    const { replicas } = decision.service
    if (count > 0 && count + replicas > most) {
      parts.push([])
      count = 0
    }
    parts.at(-1)?.push(decision)
    count += replicas
  }
  return parts.filter((part) => part.length > 0)
}

/** Names of all direct and indirect dependencies of a service. */
export function dependenciesOf(
  decisions: readonly Pick<ServiceDecision, 'service'>[],
  serviceName: string,
): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    const decision = decisions.find((it) => it.service.name === name)
    for (const { service } of decision?.service.dependsOn ?? []) {
      if (found.has(service)) continue
      found.add(service)
      visit(service)
    }
  }
  visit(serviceName)
  return found
}
