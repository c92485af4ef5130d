import { variablesOfTag } from '../../shared/image-template.ts'
import { type ServiceModel } from '../model/app-model.ts'
import { forwardedPortsOf } from './steps/forwarded-ports.ts'
import { parseImageReference } from '../model/image-reference.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'

import {
  isBehind,
  obstacleFor,
  proxyOf,
  upstreamOf,
  type Proxy,
  type ProxyKind,
} from '../model/proxies/proxy.ts'
import type { Release } from '../model/release.ts'
import { isRunning } from '../model/container.ts'

/** What the decisions for the services of a host are made from. */
export type DecisionInput = {
  observation: HostObservation
  desired: DesiredRelease
  current: Release | undefined
}

/** Why two containers of a service cannot run at the same time; undefined if they can. */
export function whyNotRolled(service: ServiceModel, input: DecisionInput): string | undefined {
  return whyNotTwice(service, input) ?? whyUndrainable(service, input)
}

/** Why its old container cannot be drained, although its new one can run beside it. */
export function whyUndrainable(
  service: ServiceModel,
  { observation, desired }: DecisionInput,
): string | undefined {
  if (desired.rollout[service.name] === 'roll') return undefined
  return upstreamOf(observation.proxies, service.name)?.undrainable
}

/** `isForwarded`: a proxy can run twice then, since its ports lead to one of them. */
function whyNotTwice(service: ServiceModel, input: DecisionInput, isForwarded = false): string | undefined {
  const chosen = input.desired.rollout[service.name]
  // First what no stand-in can help.
  if (service.networkMode !== undefined) return `it uses network_mode ${service.networkMode}`
  if (service.fixedAddress) return 'it has a fixed address'
  const socket = input.observation.sockets?.get(service.name)
  if (socket !== undefined)
    return `it listens on the unix socket ${socket}, on a volume that two containers would share`
  if (service.publishedPorts.length > 0) return `it publishes port ${service.publishedPorts.join(', ')}`
  const bound = input.observation.directory.app.services.find(({ boundTo }) =>
    boundTo.some((it) => it.service === service.name),
  )
  if (bound !== undefined) return `${bound.name} is bound to its container (${keyOf(bound, service.name)})`
  if (service.containerName !== undefined) return `its container_name is ${service.containerName}`
  if (chosen === 'recreate') return 'dray.yml sets `rollout: recreate`'
  if (chosen === 'roll') return undefined
  if (!isOwn(service, input.desired, input.observation.imageTemplates))
    return 'third-party image; two instances may not be safe'
  return whyNotSwitched(service, input.observation, isForwarded)
}

/** Why requests for a service cannot be switched from its old to its new container; undefined if they can. */
function whyNotSwitched(
  service: ServiceModel,
  { directory, proxies }: HostObservation,
  isForwarded: boolean,
): string | undefined {
  const scope = { services: directory.app.services, proxies }
  const inFront = proxies.filter((proxy) => isBehind(service, proxy, scope))
  const stuck = inFront.find((proxy) => obstacleFor(proxy, service.name) !== undefined)
  if (stuck !== undefined) return `${stuck.kind} is in front of it; ${obstacleFor(stuck, service.name) ?? ''}`
  const isEntrance = proxyOf(proxies, service.name) !== undefined && inFront.length === 0
  return isEntrance && !isForwarded ? 'it is the proxy' : undefined
}

/**
 * Why a service is replaced through a stand-in: its name or its port can have only one container, nothing else is in the way,
 * and a proxy that dray switches is in front of it, or its ports can be forwarded. Undefined if it is not.
 */
export function whyStandIn(service: ServiceModel, input: DecisionInput): string | undefined {
  const { publishedPorts, containerName } = service
  const undrainable = whyUndrainable(service, input)
  const upstream = upstreamOf(input.observation.proxies, service.name)
  const obstacles = [
    ...(publishedPorts.length > 0 ? [`it publishes port ${publishedPorts.join(', ')}`] : []),
    ...(containerName === undefined ? [] : [`its container_name is ${containerName}`]),
    ...(undrainable === undefined ? [] : [undrainable]),
  ]
  if (undrainable !== undefined && upstream?.standInLabels === undefined) return undefined
  const isForwarded = isForwardable(service, input)
  const others = whyNotTwice({ ...service, publishedPorts: [], containerName: undefined }, input, isForwarded)
  if (obstacles.length === 0 || others !== undefined || service.replicas === 0) return undefined
  return isForwarded || isSwitched(service, input) ? obstacles.join(' and ') : undefined
}

/** Proxies that resolve names when they start: one that starts beside an old one sends requests to the right containers. */
const PROXIES_WITH_TWIN: readonly ProxyKind[] = ['nginx', 'haproxy']

function canHaveTwin(proxy: Proxy | undefined): boolean {
  return proxy === undefined || PROXIES_WITH_TWIN.includes(proxy.kind)
}

/** Whether the ports that a service of the user's own publishes can lead to its stand-in for a time. */
export function isForwardable(service: ServiceModel, { observation, desired }: DecisionInput): boolean {
  const { forwarding, proxies, containers } = observation
  return (
    forwarding !== undefined &&
    forwarding.obstacle === undefined &&
    isOwn(service, desired, observation.imageTemplates) &&
    forwardedPortsOf(service, containers) !== undefined &&
    canHaveTwin(proxyOf(proxies, service.name))
  )
}

/** Whether a proxy that runs is in front of a service, and dray can switch every one in front of it. */
function isSwitched(service: ServiceModel, { observation }: DecisionInput): boolean {
  const { directory, proxies, containers } = observation
  if (!canHaveTwin(proxyOf(proxies, service.name))) return false
  const scope = { services: directory.app.services, proxies }
  const inFront = proxies.filter((proxy) => isBehind(service, proxy, scope))
  const runs = (proxy: Proxy): boolean =>
    proxy.isOutside || containers.some((it) => it.service === proxy.service && !it.oneOff && isRunning(it))
  // A new proxy that takes the service's port over starts before the service is recreated.
  const takesOver = (proxy: Proxy): boolean => {
    const ports = scope.services.find(({ name }) => name === proxy.service)?.publishedPorts ?? []
    return containers.some(
      (it) => it.service === service.name && it.publishedPorts.some((port) => ports.includes(String(port))),
    )
  }
  return (
    inFront.every((proxy) => obstacleFor(proxy, service.name) === undefined) &&
    inFront.some((proxy) => runs(proxy) || takesOver(proxy))
  )
}

function keyOf(bound: ServiceModel, serviceName: string): string {
  return bound.boundTo.find((it) => it.service === serviceName)?.key ?? ''
}

/**
 * Whether it runs an image of the user's own: from one of the repositories, or selected by the tag being deployed. That another
 * image has the same tag, such as `latest`, says nothing. `templates`: `image:` of each service, as in the compose files.
 */
export function isOwn(
  service: ServiceModel,
  desired: Pick<DesiredRelease, 'ownRepositories' | 'tag'> & Partial<Pick<DesiredRelease, 'givenVariables'>>,
  templates: HostObservation['imageTemplates'] = new Map(),
): boolean {
  if (service.image === undefined) return true
  const reference = parseImageReference(service.image)
  const repository = `${reference.registry}/${reference.repository}`
  if (desired.ownRepositories.some((prefix) => repository.startsWith(prefix))) return true
  if (reference.tag !== desired.tag || reference.registry === 'docker.io') return false
  const template = templates.get(service.name)
  if (template === undefined) return desired.tag !== undefined && desired.tag !== 'latest'
  return variablesOfTag(template).some((name) => desired.givenVariables?.includes(name))
}
