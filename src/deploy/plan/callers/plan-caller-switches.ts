import { isRunning } from '../../model/container.ts'
import { findDirectCallers } from '../../model/proxies/caller.ts'
import { proxyOf } from '../../model/proxies/proxy.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import type { SwitchStep } from '../steps/plan-switches.ts'

type CallerSwitch = { caller: string; services: string[] }

/** Before new containers start: what a caller sends to a service goes to the old one, until the new one is healthy. */
export function planCallerPins(host: HostPlan): NewStep[] {
  return findCallerSwitches(host).map(({ caller, services }) => ({
    kind: 'pin-names',
    host: host.observation.host,
    cause: causeOf(caller),
    proxy: caller,
    services,
    isCaller: true,
  }))
}

/** Sends the requests of callers to the new containers. */
export function planCallerSwitches(host: HostPlan): SwitchStep[] {
  return findCallerSwitches(host).map(({ caller, services }) => ({
    kind: 'switch-traffic',
    host: host.observation.host,
    cause: causeOf(caller),
    proxy: caller,
    proxyKind: 'caller',
    services,
    withoutReload: true,
  }))
}

/** After the old containers are stopped. */
export function planCallerUnpins(host: HostPlan): NewStep[] {
  return findCallerSwitches(host).map(({ caller }) => ({
    kind: 'unpin-names',
    host: host.observation.host,
    cause: 'the old containers are stopped',
    proxy: caller,
  }))
}

/**
 * The services of the app that send requests by name to others which get new containers next to the old ones: past every proxy, or as
 * a Traefik that has the names from a file.
 */
function findCallerSwitches({ observation, decisions }: HostPlan): CallerSwitch[] {
  const doubled = decisions.filter(
    ({ action, replaced }) => (action === 'roll' || action === 'stand-in') && replaced.length > 0,
  )
  const { proxies } = observation
  const calls = doubled.flatMap(({ service: { name } }) => {
    const naming = proxies.filter(({ named }) => named?.includes(name)).map(({ service }) => service)
    const calling = findDirectCallers(name, observation).flatMap((it) =>
      typeof it === 'string' && proxyOf(proxies, it) === undefined ? [it] : [],
    )
    return [...naming, ...calling].map((caller) => ({ caller, service: name }))
  })
  const callers = [...new Set(calls.map(({ caller }) => caller))].filter((caller) =>
    observation.containers.some((it) => it.service === caller && !it.oneOff && isRunning(it)),
  )
  return callers.map((caller) => ({
    caller,
    services: calls.filter((it) => it.caller === caller).map(({ service }) => service),
  }))
}

function causeOf(caller: string): string {
  return `${caller} sends requests by name`
}
