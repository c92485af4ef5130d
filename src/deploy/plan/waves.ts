import type { ServiceDecision } from './decide-service.ts'

/**
 * Groups services that can start together. A service is in the group of its `service_started` dependencies, and after the
 * group of those that must be healthy or completed. The proxy is last, since it resolves the others' addresses when it
 * starts. Unchanged services are in no group.
 */
export function orderInWaves(
  decisions: readonly ServiceDecision[],
  proxyService: string | undefined,
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
        ({ service, condition }) =>
          levelOf(service, [...seen, name]) + (condition === 'service_started' ? 0 : 1),
      ),
    )
    levels.set(name, level)
    return level
  }
  const waves: ServiceDecision[][] = []
  const proxy = proxyService === undefined ? undefined : acting.get(proxyService)
  for (const [name, decision] of acting) {
    if (decision === proxy) continue
    const level = levelOf(name, [])
    while (waves.length <= level) waves.push([])
    waves[level]?.push(decision)
  }
  if (proxy !== undefined) waves.push([proxy])
  return waves.filter((wave) => wave.length > 0)
}

/** Names of all direct and indirect dependencies of a service. */
export function dependenciesOf(
  decisions: readonly ServiceDecision[],
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
