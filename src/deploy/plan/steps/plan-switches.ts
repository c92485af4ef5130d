import { isReloaded } from '../../model/app-model.ts'
import type { ServiceDecision } from '../decide-service.ts'
import type { HostObservation } from '../../model/observation.ts'
import type { Plan } from '../../model/plan.ts'
import { frontName } from '../../model/front.ts'
import { isBehind, obstacleFor, type Proxy } from '../../model/proxies/proxy.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { findReached } from '../proxies/find-reached.ts'
import { someNames } from '../../model/some-names.ts'

export type SwitchStep = Extract<NewStep, { kind: 'switch-traffic' }>

/** The steps that switch traffic in the proxies of a host. */
export function planSwitches(host: HostPlan): SwitchStep[] {
  return findSwitches(host).map(({ proxy, services, reached, cause, withoutReload }) => ({
    kind: 'switch-traffic',
    host: host.observation.host,
    cause,
    proxy: proxy.service,
    proxyKind: proxy.kind,
    services,
    ...(reached.length < services.length && { reached }),
    ...(proxy.obstacle === undefined || services.length === 0 ? {} : { reloadOnly: true }),
    ...(withoutReload && { withoutReload }),
    ...pinFileOf(proxy),
  }))
}

type ProxySwitch = {
  proxy: Proxy
  services: string[]
  reached: string[]
  cause: string
  withoutReload?: true
}

/** Traffic is switched in a proxy if services behind it get new addresses, or its own files changed. */
function findSwitches(host: HostPlan): ProxySwitch[] {
  const { observation, decisions, files, current } = host
  // The proxy may also hold the address of a container that died. A new service can only be in the proxy's files.
  const hadAddress = ({ service, replaced, standIns, action }: ServiceDecision): boolean =>
    replaced.length > 0 ||
    standIns.length > 0 ||
    (action !== 'leave' && current?.services[service.name] !== undefined)
  const moved = decisions.filter((it) => it.action !== 'run-once' && hadAddress(it))
  return observation.proxies.flatMap((proxy) => {
    if (proxy.kind === 'traefik') return findTraefikSwitch(proxy, observation, moved)
    if (proxy.isOutside) {
      const services = listBehind(proxy, observation, movedFor(proxy, moved))
      return services.length === 0 ? [] : [{ proxy, services, reached: services, cause: changeOf(services) }]
    }
    const own = decisions.find(({ service }) => service.name === proxy.service)
    if (own === undefined || own.service.replicas === 0 || !proxy.canReload) return []
    const behind = listBehind(proxy, observation, movedFor(proxy, moved))
    const isNew = own.action !== 'leave' && own.replaced.length === 0
    if (isNew && decisions.every((it) => !behind.includes(it.service.name) || isSettledFor(proxy, it)))
      return []
    const ownFiles = [...files.changed, ...files.removed].filter((file) => isReloaded(own.service, file))
    if (behind.length === 0 && (ownFiles.length === 0 || own.action !== 'leave')) return []
    const reached = narrowToReached(behind, proxy, host)
    const causes = [
      ...(behind.length > 0 ? [changeOf(reached)] : []),
      ...(ownFiles.length > 0 ? [`${someNames(ownFiles)} changed`] : []),
    ]
    // dray's own Caddy keeps no connections to the containers; a new one has its files.
    const isSpared =
      proxy.service === frontName &&
      proxy.kind === 'caddy' &&
      (ownFiles.length === 0 || own.action !== 'leave')
    const base = { proxy, services: behind, reached, cause: causes.join('; ') }
    return [isSpared ? { ...base, withoutReload: true as const } : base]
  })
}

/**
 * Whether a new proxy has no address of a service that is about to go. Those of old containers that run until traffic is switched
 * are resolved, too; and behind a stand-in, the real container follows. A front starts when the old ones of its ports are stopped.
 */
function isSettledFor({ service }: Proxy, { action, replaced }: ServiceDecision): boolean {
  if (action === 'stand-in') return false
  return action === 'recreate' || replaced.length === 0 || service === frontName
}

/** Traefik takes a container that was recreated on its own, as it does everything: its own files play no part. */
function findTraefikSwitch(
  proxy: Proxy,
  observation: HostObservation,
  moved: readonly ServiceDecision[],
): ProxySwitch[] {
  const drained = moved.filter(
    ({ action, service: { name } }) =>
      action !== 'recreate' && obstacleFor(proxy, name) === undefined && !proxy.named?.includes(name),
  )
  const services = listBehind(proxy, observation, drained)
  if (services.length === 0) return []
  return [{ proxy, services, reached: services, cause: changeOf(services) }]
}

function changeOf(services: readonly string[]): string {
  return `containers ${services.length === 0 ? 'on its networks' : `of ${services.join(', ')}`} change`
}

/** Those of the services behind a proxy that it is configured to reach, as far as that is known. */
function narrowToReached(services: string[], proxy: Proxy, host: HostPlan): string[] {
  const reached = findReached(proxy, host)
  return reached === undefined ? services : services.filter((name) => reached.includes(name))
}

/**
 * Caddy looks names up at every connection: a recreated container needs no switch, and one that has an obstacle can have
 * only such.
 */
function movedFor({ kind, obstacle }: Proxy, moved: readonly ServiceDecision[]): readonly ServiceDecision[] {
  if (kind !== 'caddy') return moved
  return obstacle === undefined ? moved.filter(({ action }) => action !== 'recreate') : []
}

/**
 * Before new containers start: in proxies that look names up while they run, the names of the services that get a second
 * container stay with the old one.
 */
export function planPins(host: HostPlan): NewStep[] {
  const { observation, decisions } = host
  const doubled = decisions.filter(
    ({ action, replaced, kept }) =>
      (action === 'roll' || action === 'stand-in') && replaced.length + kept.length > 0,
  )
  return observation.proxies.flatMap((proxy): NewStep[] => {
    const services = listBehind(proxy, observation, movedFor(proxy, doubled))
    const isRunning =
      proxy.isOutside ||
      observation.containers.some(
        ({ service, oneOff, state }) => service === proxy.service && !oneOff && state === 'running',
      )
    if (!looksUpNames(proxy) || services.length === 0 || !isRunning) return []
    const when = proxy.kind === 'caddy' ? 'at every connection' : 'while it runs (`resolver`)'
    const cause = `${proxy.service} looks names up ${when}`
    return [
      {
        kind: 'pin-names',
        host: observation.host,
        cause,
        proxy: proxy.service,
        services,
        ...pinFileOf(proxy),
      },
    ]
  })
}

/** After the old containers are stopped. */
export function planUnpins(host: HostPlan): NewStep[] {
  return findSwitches(host)
    .filter(({ proxy, services }) => looksUpNames(proxy) && services.length > 0)
    .map(({ proxy }): NewStep => ({
      kind: 'unpin-names',
      host: host.observation.host,
      cause: 'the old containers are stopped',
      proxy: proxy.service,
    }))
}

/** Whether a proxy looks names up while it runs, so that its names are pinned. */
function looksUpNames({ kind, pinFile }: Proxy): boolean {
  return kind === 'caddy' || pinFile !== undefined
}

function pinFileOf({ pinFile }: Proxy): { pinFile?: string } {
  return pinFile === undefined ? {} : { pinFile }
}

/** Names of the services among `decisions` that a proxy may send requests to. */
function listBehind(
  proxy: Proxy,
  { directory, proxies }: HostObservation,
  decisions: readonly ServiceDecision[],
): string[] {
  const scope = { services: directory.app.services, proxies }
  return decisions
    .map(({ service }) => service)
    .filter((it) => isBehind(it, proxy, scope))
    .map(({ name }) => name)
}

/** The proxies of a host, with the services behind each whose containers change. */
export function describeProxies(host: HostPlan): Plan['proxies'] {
  const { observation, decisions } = host
  const changed = decisions.filter(({ action }) => action !== 'leave' && action !== 'run-once')
  return observation.proxies.map((proxy) => ({
    host: observation.host,
    service: proxy.service,
    kind: proxy.kind,
    cause: proxy.cause,
    ...(proxy.obstacle === undefined ? {} : { obstacle: proxy.obstacle }),
    upstreams: narrowToReached(listBehind(proxy, observation, changed), proxy, host),
  }))
}
