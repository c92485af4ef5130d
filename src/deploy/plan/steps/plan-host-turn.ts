import { serves } from '../../model/container.ts'
import { probeTargetOf } from '../../model/entrance.ts'
import { isOut, type HostHookMoment } from '../../model/hooks.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { planTraffic } from './plan-traffic.ts'

/**
 * The turn of one host: it leaves the load balancer, its traffic switches, it joins again and is watched. A host on which nothing
 * of the app runs gets no requests that it could finish: it only joins. Where nothing changes, its URL is asked, and it joins if it is
 * still out of the load balancer; a host with none of both has no step.
 */
export function planHostTurn(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const switches = planTraffic(host, desired)
  if (switches.every(({ kind }) => kind === 'check-url')) {
    return isOut(host.observation, desired) ? [...switches, ...planHook('join', host, desired)] : switches
  }
  return [
    ...(host.observation.containers.some(serves) ? planHook('leave', host, desired) : []),
    ...switches,
    ...planHook('join', host, desired),
    ...planWatch(host, desired),
  ]
}

const CAUSES: Readonly<Record<HostHookMoment, string>> = {
  leave: 'before its traffic switches',
  join: 'its traffic has switched',
}

function planHook(
  moment: HostHookMoment,
  { observation }: HostPlan,
  { hostHooks }: DesiredRelease,
): NewStep[] {
  const hook = hostHooks?.[moment]
  if (hook === undefined) return []
  return [{ kind: 'run-host-hook', host: observation.host, cause: CAUSES[moment], moment, ...hook }]
}

/** A guessed URL that did not answer before is not watched. */
function planWatch({ observation }: HostPlan, desired: DesiredRelease): NewStep[] {
  const { watchMs: forMs } = desired
  if (forMs === undefined) return []
  const probe = probeTargetOf(observation, desired)
  const urls = probe === undefined || probe.guess ? observation.entrances : [probe]
  return [
    {
      kind: 'watch-host',
      host: observation.host,
      cause: 'before other hosts follow, or old containers stop',
      forMs,
      urls: desired.probeUrl === false ? [] : urls,
    },
  ]
}
