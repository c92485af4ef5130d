import { onceFor } from '../../shared/once-for.ts'
import type { Plan, Step } from '../model/plan.ts'

/** The steps of a plan on one host: what another host does with a service says nothing about this one. */
export function stepsOn(plan: Plan, host: string): readonly Step[] {
  return byHost(plan).get(host) ?? []
}

const byHost = onceFor(({ steps }: Plan) => groupByHost(steps))

/** Steps by host, in their order. */
export function groupByHost(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>()
  for (const step of steps) {
    const those = found.get(step.host)
    if (those === undefined) found.set(step.host, [step])
    else those.push(step)
  }
  return found
}
