import { probeTargetOf } from '../../model/entrance.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { planForwards, planLeftForwards } from './plan-forward.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { planReturn } from './plan-stand-in.ts'
import { findTaskDependencies, planStarts } from './plan-start.ts'
import { planCallerSwitches } from '../callers/plan-caller-switches.ts'
import { planSwitches, type SwitchStep } from './plan-switches.ts'

/**
 * The steps that switch one host to the new release while the old containers still run. Dependencies of the tasks that run there
 * were already started with them.
 */
export function planTraffic(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const { observation, decisions } = host
  const begun = findTaskDependencies(host, desired)
  const steps = planStarts(
    host,
    desired,
    decisions.filter((it) => !begun.includes(it)),
  )
  // A new front that takes ports over starts after the traffic behind it has been switched.
  const early = steps.filter((step) => step.kind === 'switch-traffic')
  const started = steps.length
  const switches = [...planSwitches(host), ...planCallerSwitches(host)]
  const isEarly = (it: SwitchStep): boolean =>
    early.some(({ proxy, proxyKind }) => proxy === it.proxy && proxyKind === it.proxyKind)
  steps.push(...switches.filter((it) => !isEarly(it)))
  steps.push(...planForwards(host, desired))
  const probe = probeTargetOf(observation, desired)
  if (probe !== undefined && !steps.some((step) => step.kind === 'check-url' && step.url === probe.url)) {
    steps.push({
      kind: 'check-url',
      host: observation.host,
      cause: 'before the old containers are stopped',
      ...probe,
    })
  }
  return [
    ...steps,
    ...planReturn(host, [...early, ...steps.slice(started)]),
    ...planLeftForwards(host, desired),
  ]
}
