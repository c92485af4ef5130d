import { upstreamOf } from '../../model/proxies/proxy.ts'
import { chooseStandInNames } from '../../model/stand-in.ts'
import type { ServiceDecision } from '../decide-service.ts'
import { findHolders } from '../front/find-holders.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { splitForCpus } from './waves.ts'

/** Starts stand-ins of the services, next to the real containers, and as many. */
export function planStandIns(host: HostPlan, decisions: readonly ServiceDecision[]): NewStep {
  return {
    kind: 'start-stand-in',
    host: host.observation.host,
    cause: commonCause(decisions),
    services: decisions.map((decision) => ({
      service: decision.service.name,
      names: standInNamesOf(decision, host),
      aliases: [decision.service.containerName ?? []].flat(),
      ...labelsOf(decision, host),
    })),
  }
}

/** Labels by which it gets the requests of a container that cannot be drained. */
function labelsOf({ service }: ServiceDecision, { observation }: HostPlan) {
  const { undrainable, standInLabels } = upstreamOf(observation.proxies, service.name) ?? {}
  return undrainable === undefined || standInLabels === undefined ? {} : { labels: standInLabels }
}

/**
 * Recreates the real containers under their own definition while the stand-ins serve, and gives them the traffic. `repeated`:
 * the steps that switched traffic to the stand-ins and checked it.
 */
export function planReturn(host: HostPlan, repeated: readonly NewStep[]): NewStep[] {
  const decisions = host.decisions.filter((it) => it.action === 'stand-in')
  if (decisions.length === 0) return []
  const services = decisions.map((it) => it.service.name)
  return [
    ...splitForCpus(decisions, host.observation.cpus).flatMap((part) => recreate(part, host)),
    ...repeated.map((step) => backFrom(step, `back from the stand-in of ${services.join(', ')}`)),
  ]
}

function recreate(decisions: readonly ServiceDecision[], host: HostPlan): NewStep[] {
  const base = { host: host.observation.host }
  const services = decisions.map((it) => it.service.name)
  const frees = decisions.flatMap(({ service }) => findHolders(service, host))
  return [
    {
      ...base,
      kind: 'recreate-services',
      cause: `served by ${services.length > 1 ? 'their stand-ins' : 'its stand-in'} meanwhile`,
      services: decisions.map(describeRecreated),
      fresh: false,
      ...setApart(services, host),
      ...(frees.length === 0 ? {} : { frees }),
    },
    { ...base, kind: 'wait-healthy', cause: 'before receiving traffic', services },
  ]
}

function backFrom(step: NewStep, cause: string): NewStep {
  if (step.kind === 'switch-traffic') return { ...step, cause }
  if (step.kind === 'forward-ports') return { ...step, kind: 'end-forward', cause }
  return step
}

/** The stand-ins that end with this deploy: its own, and those that an interrupted deploy left. */
export function listStandIns(host: HostPlan): { service: string; containers: string[]; cause: string }[] {
  return host.decisions.flatMap((decision) => {
    const { action, service, standIns } = decision
    const own = action === 'stand-in' ? standInNamesOf(decision, host) : []
    if (own.length + standIns.length === 0) return []
    const cause = own.length > 0 ? 'the real container serves' : 'left over from an interrupted deploy'
    return [{ service: service.name, containers: [...own, ...standIns.map((it) => it.name)], cause }]
  })
}

/** A service as `recreate-services` has it. A dead container of an interrupted recreate may hold another name. */
export function describeRecreated({ action, service, dead, standIns }: ServiceDecision) {
  const discard = action === 'stand-in' || standIns.length > 0 ? dead.map(({ id }) => id) : []
  return {
    service: service.name,
    scale: service.replicas,
    ...(discard.length === 0 ? {} : { discard }),
  }
}

/**
 * Compose starts containers when the last old one of its call has stopped. Several calls at the same time must not find a network
 * to create or to change.
 */
export function setApart(services: readonly unknown[], { current, observation }: HostPlan): { apart?: true } {
  const { networks } = observation.directory.app
  const isSettled = Object.entries(networks).every(([name, hash]) => current?.networks[name] === hash)
  return services.length > 1 && isSettled ? { apart: true } : {}
}

export function commonCause(decisions: readonly ServiceDecision[]): string {
  return [...new Set(decisions.map((it) => it.cause))].join('; ')
}

function standInNamesOf({ service, standIns }: ServiceDecision, { observation }: HostPlan): string[] {
  const { project } = observation.directory.app
  return chooseStandInNames(
    { project, service: service.name, count: service.replicas },
    standIns.map(({ name }) => name),
  )
}
