import type { DesiredRelease } from '../model/observation.ts'
import type { ForwardedService } from '../model/plan.ts'
import { forwardedPortsOf } from '../model/port-forwarder.ts'
import type { ServiceDecision } from './decide-service.ts'
import type { HostPlan, NewStep } from './plan-host.ts'
import { isForwardable } from './why-not-rolled.ts'

/** Forwards the ports of services to their stand-ins, and checks those that answered before through the new way. */
export function planForwards(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const base = { host: host.observation.host }
  const services = listForwarded(host, desired, ({ action }) => action === 'stand-in')
  if (services.length === 0) return []
  const published = services.flatMap(({ ports }) => ports.map((it) => String(it.published)))
  const checks = host.observation.entrances.filter(({ url }) => published.includes(new URL(url).port || '80'))
  return [
    {
      ...base,
      kind: 'forward-ports',
      cause: 'the stand-in serves while the container is recreated',
      services,
    },
    ...checks.map((it): NewStep => ({
      ...base,
      kind: 'check-url',
      cause: 'before the old container is stopped',
      ...it,
    })),
  ]
}

/** Ends forwards that an interrupted deploy left; the containers that publish the ports are healthy by then. */
export function planLeftForwards(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const services = listForwarded(
    host,
    desired,
    ({ action, standIns }) => action !== 'stand-in' && standIns.length > 0,
  )
  if (services.length === 0) return []
  const cause = 'an interrupted deploy may have left it'
  return [{ kind: 'end-forward', host: host.observation.host, cause, services }]
}

function listForwarded(
  { observation, decisions, current }: HostPlan,
  desired: DesiredRelease,
  isMeant: (decision: ServiceDecision) => boolean,
): ForwardedService[] {
  return decisions.flatMap((decision) => {
    const { service } = decision
    const ports = isForwardable(service, { observation, desired, current }) && forwardedPortsOf(service)
    return isMeant(decision) && ports ? [{ service: service.name, ports }] : []
  })
}
