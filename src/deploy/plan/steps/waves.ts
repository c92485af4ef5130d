import type { Proxy } from '../../model/proxies/proxy.ts'
import type { ServiceDecision } from '../decide-service.ts'

/**
 * Groups services that can start together. A service is in the group of its `service_started` dependencies, and after the
 * group of those that must be healthy or completed, or that it is replaced with (`restart: true`). What is stopped first is
 * started when all others are healthy, unless one of them needs it: so it is not missing while they start, nor if they fail. Proxies
 * that are not rolled are last, inner ones first, since they resolve the others' addresses when they start. Unchanged services are in
 * no group.
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
  const last = proxies
    .flatMap(({ service }) => acting.get(service) ?? [])
    .filter(({ action }) => action !== 'roll')
  const others = [...acting.values()].filter((decision) => !last.includes(decision))
  const stopped = findStoppedLast(others)
  const groups = [others.filter((it) => !stopped.includes(it)), stopped].flatMap((group) => {
    const waves: ServiceDecision[][] = []
    for (const decision of group) {
      const level = levelOf(decision.service.name, [])
      ;(waves[level] ??= []).push(decision)
    }
    return waves
  })
  return [...groups, ...last.map((decision) => [decision])].filter((wave) => wave.length > 0)
}

/** The services that are stopped before they start again, and that no other one needs, except those of the result. */
function findStoppedLast(decisions: readonly ServiceDecision[]): readonly ServiceDecision[] {
  const stopped = decisions.filter(({ action, replaced }) => action === 'recreate' && replaced.length > 0)
  const isNeeded = ({ service: { name } }: ServiceDecision): boolean =>
    decisions.some(
      (it) => !stopped.includes(it) && it.service.dependsOn.some((dependency) => dependency.service === name),
    )
  for (;;) {
    const needed = stopped.findIndex(isNeeded)
    if (needed === -1) return stopped
    stopped.splice(needed, 1)
  }
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
