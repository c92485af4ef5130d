import { frontName } from '../../model/front.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { ForwardedService } from '../../model/plan.ts'
import { forwardedPortsOf } from './forwarded-ports.ts'
import type { ServiceDecision } from '../decide-service.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { isForwardable } from '../why-not-rolled.ts'

/** Forwards the ports of services to their stand-ins, and checks those that answered before through the new way. */
export function planForwards(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const services = listForwarded(host, desired, ({ action }) => action === 'stand-in')
  return startForwards(host, services, 'the stand-in serves while the container is recreated')
}

/**
 * While a new front takes ports over from services that have new containers by now: the steps before its start and after its
 * health. Both are empty if the ports cannot be forwarded.
 */
export function planMoveIn(host: HostPlan): { before: NewStep[]; after: NewStep[] } {
  const { forwarding, directory } = host.observation
  const routes = directory.app.front?.routes ?? []
  const services = host.decisions
    .filter(({ action }) => action === 'roll' || action === 'stand-in')
    .flatMap(({ service: { name } }): ForwardedService[] => {
      const ports = routes.filter(({ service }) => service === name).map(({ service: _, ...port }) => port)
      return ports.length === 0 ? [] : [{ service: name, ports }]
    })
  if (forwarding === undefined || forwarding.obstacle !== undefined) return { before: [], after: [] }
  return {
    before: startForwards(host, services, `while ${frontName} takes the port over`),
    after: endForwards(host, services, `${frontName} serves`),
  }
}

/** Ends forwards that an interrupted deploy left; the containers that publish the ports are healthy by then. */
export function planLeftForwards(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const isLeft = ({ action, standIns }: ServiceDecision): boolean =>
    action !== 'stand-in' && standIns.length > 0
  return endForwards(host, listForwarded(host, desired, isLeft), 'an interrupted deploy may have left it')
}

function startForwards(
  { observation }: HostPlan,
  services: readonly ForwardedService[],
  cause: string,
): NewStep[] {
  if (services.length === 0) return []
  const base = { host: observation.host }
  const published = services.flatMap(({ ports }) => ports.map((it) => String(it.published)))
  const entrances = observation.entrances.filter(({ url }) => published.includes(new URL(url).port || '80'))
  return [
    { ...base, kind: 'forward-ports', cause, services },
    ...entrances.map((it): NewStep => ({
      ...base,
      kind: 'check-url',
      cause: 'before the old container is stopped',
      ...it,
    })),
  ]
}

function endForwards(
  { observation }: HostPlan,
  services: readonly ForwardedService[],
  cause: string,
): NewStep[] {
  return services.length === 0 ? [] : [{ kind: 'end-forward', host: observation.host, cause, services }]
}

function listForwarded(
  { observation, decisions, current }: HostPlan,
  desired: DesiredRelease,
  isMeant: (decision: ServiceDecision) => boolean,
): ForwardedService[] {
  return decisions.flatMap((decision) => {
    const { service } = decision
    const ports =
      isForwardable(service, { observation, desired, current }) &&
      forwardedPortsOf(service, observation.containers)
    return isMeant(decision) && ports ? [{ service: service.name, ports }] : []
  })
}
