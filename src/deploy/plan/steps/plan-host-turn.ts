import { serves } from '../../model/container.ts'
import { probeTargetOf } from '../../model/entrance.ts'
import { isOut, type HostHookMoment } from '../../model/hooks.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { planStops } from './plan-conclusion.ts'
import { planTraffic } from './plan-traffic.ts'

/**
 * The turn of one host: it leaves the load balancer, its traffic switches, it joins again and is watched. A host on which nothing
 * of the app runs gets no requests that it could finish: it only joins. Where nothing changes, its URL is asked, and it joins if it is
 * still out of the load balancer; a host with none of both has no step.
 */
export function planHostTurn(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const switches = planTraffic(host, desired)
  const planned = (moment: HostHookMoment, cause: string) => planHook({ moment, cause }, host, desired)
  if (switches.every(({ kind }) => kind === 'check-url')) {
    const isStopping = planStops(host).length > 0
    return [
      ...switches.map((it) => (isStopping ? it : { ...it, cause: 'before the release is recorded' })),
      ...(isOut(host.observation, desired) ? planned('join', 'it is out of the load balancer') : []),
    ]
  }
  return [
    ...(host.observation.containers.some(serves) ? planned('leave', 'before its traffic switches') : []),
    ...switches,
    ...planned('join', 'its traffic has switched'),
    ...planWatch(host, desired),
  ]
}

function planHook(
  { moment, cause }: { moment: HostHookMoment; cause: string },
  { observation }: HostPlan,
  { hostHooks }: DesiredRelease,
): NewStep[] {
  const hook = hostHooks?.[moment]
  if (hook === undefined) return []
  return [{ kind: 'run-host-hook', host: observation.host, cause, moment, ...hook }]
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
