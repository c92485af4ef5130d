import type { AppModel, ServiceModel } from '../../model/app-model.ts'
import { frontName } from '../../model/front.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { Engine, ResolvedImage } from '../../model/ports.ts'
import type { Container } from '../../model/container.ts'
import type { Neighbour } from '../../model/proxies/neighbour.ts'
import type { Proxy, ProxyKind } from '../../model/proxies/proxy.ts'
import { findNamed, findOutsideTraefik, findUpstreams, observeShells } from './find-traefik.ts'
import { observeCaddy, whyCaddyStays, whyNoReload, type CaddyObservation } from './observe-caddy.ts'
import { observeHaproxy, whyHaproxyStays, type HaproxyObservation } from './observe-haproxy.ts'
import { observeTraefik, type TraefikSources } from './observe-traefik.ts'
import { observeNginx, whyNginxStays, type NginxObservation } from './observe-nginx.ts'
import { proxyOfCommand, proxyOfImageName, proxyOfProcesses } from './recognise-proxy.ts'

export type ProxyFacts = {
  app: AppModel
  desired: Pick<DesiredRelease, 'proxyService' | 'proxyContainers'>
  neighbours: readonly Neighbour[]
  containers: readonly Container[]
  /** Command lines of the processes of the containers whose own command does not show what runs, by id. */
  processes: ReadonlyMap<string, readonly string[]>
  /** How each running Caddy can be switched, by the id of its container. */
  caddies: ReadonlyMap<string, CaddyObservation | undefined>
  /** The same of each running HAProxy. */
  haproxies: ReadonlyMap<string, HaproxyObservation | undefined>
  /** The same of each running nginx. */
  nginxes: ReadonlyMap<string, NginxObservation | undefined>
  /** Where each running Traefik gets its routes from. */
  traefiks: ReadonlyMap<string, TraefikSources | undefined>
  /** Containers with labels of Traefik in which dray can write a file. */
  shells: ReadonlySet<string>
  resolved: ReadonlyMap<string, Pick<ResolvedImage, 'config'>>
}

/** What was seen in running containers. */
export type ProxyObservations = Pick<
  ProxyFacts,
  'processes' | 'caddies' | 'haproxies' | 'nginxes' | 'traefiks' | 'shells'
>

/**
 * The proxies of the app, in the order in which traffic is switched: inner ones first, then those that publish a port, and
 * last the one that dray.yml names.
 */
export function findProxies(facts: ProxyFacts): Proxy[] {
  const found = facts.app.services.flatMap((service) => {
    const it = recognise(service, facts)
    if (it === undefined) return []
    const running = facts.containers.filter(
      ({ service: of, oneOff, state }) => of === service.name && !oneOff && state === 'running',
    )
    return [{ service, proxy: describeProxy(service.name, it, { ...facts, running }) }]
  })
  const rank = ({ name, publishedPorts }: ServiceModel): number =>
    name === facts.desired.proxyService ? 2 : publishedPorts.length > 0 ? 1 : 0
  const proxies = found.sort((a, b) => rank(a.service) - rank(b.service)).map(({ proxy }) => proxy)
  const hasTraefik = proxies.some(({ kind }) => kind === 'traefik')
  return [...proxies, ...(hasTraefik ? [] : findOutsideTraefik(facts)), ...findOutside(facts)]
}

/** Proxies of other projects in which dray may switch traffic. */
export function permittedNeighbours(
  neighbours: readonly Neighbour[],
  { proxyContainers }: Pick<DesiredRelease, 'proxyContainers'>,
): Neighbour[] {
  return neighbours.filter(({ name, kind }) => kind !== 'traefik' && proxyContainers.includes(name))
}

/** They may send requests to every service with which they share a network. */
function findOutside(facts: ProxyFacts): Proxy[] {
  return permittedNeighbours(facts.neighbours, facts.desired).flatMap(({ container, kind }) => {
    if (kind === undefined) return []
    const networks = new Set(container.networks.map(({ name }) => name))
    const near = facts.containers.filter((it) => it.networks.some(({ name }) => networks.has(name)))
    const cause = '`proxy.containers` in dray.yml'
    return {
      ...describeProxy(container.name, { kind, cause }, { ...facts, running: [container] }),
      upstreams: Object.fromEntries(near.map(({ service }) => [service, {}])),
      isOutside: true,
    }
  })
}

/** Whether its processes are needed to recognise a proxy. */
function isUnclear({ state, oneOff, command }: Container): boolean {
  return state === 'running' && !oneOff && proxyOfCommand(command) === 'unknown'
}

type Recognised = { kind: ProxyKind; cause: string }

function recognise(service: ServiceModel, facts: ProxyFacts): Recognised | undefined {
  const seen = facts.containers.find(
    (it) => it.service === service.name && !it.oneOff && it.state === 'running',
  )
  const byName = proxyOfImageName(service.image)
  const named = byName && { kind: byName, cause: `its image is ${byName}` }
  const observed =
    seen === undefined ? recogniseImage(service, facts, named) : recogniseRunning(seen, facts, named)
  // dray's own front may run another program than after this deploy.
  if (service.name === frontName && named !== undefined) {
    const domains = facts.app.front?.domains.map(({ name }) => name).join(', ')
    return { ...named, cause: domains ? `dray adds it for ${domains}` : 'dray adds it' }
  }
  if (service.name !== facts.desired.proxyService) return observed
  return { kind: observed?.kind ?? byName ?? 'nginx', cause: '`proxy.service` in dray.yml' }
}

/** What runs counts more than a name. An image named after a proxy that dray cannot switch is one in any case. */
function recogniseRunning(
  { id, command }: Container,
  { processes }: ProxyFacts,
  named: Recognised | undefined,
): Recognised | undefined {
  const started = proxyOfCommand(command)
  const known = processes.get(id)
  const kind = started === 'unknown' ? proxyOfProcesses(known ?? []) : started
  if (kind !== undefined && kind !== 'other') return { kind, cause: `${kind} runs in its container` }
  const isUnseen = started === 'unknown' && known === undefined
  return isUnseen || named?.kind === 'traefik' ? named : undefined
}

function recogniseImage(
  { name }: ServiceModel,
  { resolved }: ProxyFacts,
  named: Recognised | undefined,
): Recognised | undefined {
  const started = proxyOfCommand(resolved.get(name)?.config.command ?? [])
  if (started === 'other' || started === 'unknown') return named
  return { kind: started, cause: `its image starts ${started}` }
}

function describeProxy(
  service: string,
  { kind, cause }: Recognised,
  facts: ProxyFacts & { running: readonly Container[] },
): Proxy {
  const { running } = facts
  if (kind === 'traefik') {
    const sources = running.map(({ id }) => facts.traefiks.get(id)).find((it) => it !== undefined)
    const traefik = { service, command: running[0]?.command ?? [], sources }
    const upstreams = findUpstreams(traefik, facts)
    const named = findNamed(traefik, upstreams, facts.app)
    const base = { service, kind, cause, obstacle: undefined, canReload: false, upstreams }
    return named.length === 0 ? base : { ...base, named }
  }
  const readOnly = running.some(({ isReadOnly }) => isReadOnly)
    ? 'its /etc/hosts is read-only, so dray cannot give it addresses'
    : undefined
  if (kind === 'nginx') {
    const nginxes = running.map(({ id }) => facts.nginxes.get(id))
    const [obstacle = readOnly] = nginxes.flatMap((nginx) => whyNginxStays(nginx) ?? [])
    const [pinFile] = nginxes.flatMap((nginx) => nginx?.pinFile ?? [])
    const isKnown = nginxes.length > 0 && nginxes.every((nginx) => nginx?.hosts !== undefined)
    return {
      service,
      kind,
      cause,
      obstacle,
      canReload: true,
      ...(pinFile !== undefined && !obstacle && { pinFile }),
      ...(isKnown && { hosts: nginxes.flatMap((nginx) => nginx?.hosts ?? []) }),
    }
  }
  if (kind === 'haproxy') {
    const haproxies = running.map(({ id }) => facts.haproxies.get(id))
    const [obstacle] = haproxies.flatMap((haproxy) => whyHaproxyStays(haproxy) ?? [])
    const canReload = haproxies.every((haproxy) => haproxy?.hasMaster)
    return { service, kind, cause, obstacle: readOnly ?? obstacle, canReload }
  }
  const caddies = running
    .filter(({ id }) => service !== frontName || facts.caddies.has(id))
    .map(({ id }) => facts.caddies.get(id))
  const obstacles = caddies.flatMap((caddy) => whyCaddyStays(caddy) ?? [])
  const canReload = caddies.every((caddy) => whyNoReload(caddy) === undefined)
  return { service, kind, cause, obstacle: readOnly ?? obstacles[0], canReload }
}

/** Also of a container that was started by the id of an image, which is no reference. */
const TRAEFIK_IMAGE = /(^|\/)traefik([:@]|$)/

/** What runs in the containers, as far as their commands do not show it. Throws what the Engine throws. */
export async function observeProxies(
  containers: readonly Container[],
  engine: Pick<Engine, 'processes' | 'exec'>,
): Promise<ProxyObservations> {
  const [processes, shells] = await Promise.all([
    observeProcesses(containers, engine),
    observeShells(containers, engine),
  ])
  const observeEach = async <T>(
    kind: ProxyKind,
    observe: (container: Container, engine: Pick<Engine, 'exec'>) => Promise<T>,
  ): Promise<ReadonlyMap<string, T>> => {
    const found = containers.filter(
      ({ id, state, oneOff, command, imageName }) =>
        state === 'running' &&
        !oneOff &&
        (proxyOfCommand(command) === kind ||
          proxyOfProcesses(processes.get(id) ?? []) === kind ||
          (kind === 'traefik' && TRAEFIK_IMAGE.test(imageName))),
    )
    return new Map(await Promise.all(found.map(async (it) => [it.id, await observe(it, engine)] as const)))
  }
  const [caddies, haproxies, nginxes, traefiks] = await Promise.all([
    observeEach('caddy', observeCaddy),
    observeEach('haproxy', observeHaproxy),
    observeEach('nginx', observeNginx),
    observeEach('traefik', observeTraefik),
  ])
  return { processes, caddies, haproxies, nginxes, traefiks, shells }
}

/** The processes of the containers that could be a proxy, by id. Throws what the Engine throws. */
async function observeProcesses(
  containers: readonly Container[],
  engine: Pick<Engine, 'processes'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const listed = await Promise.all(
    containers.filter(isUnclear).map(async ({ id }) => ({ id, commandLines: await engine.processes(id) })),
  )
  return new Map(
    listed.flatMap(({ id, commandLines }): [string, readonly string[]][] =>
      commandLines === undefined ? [] : [[id, commandLines]],
    ),
  )
}
