import { listenPortOf } from './listen-port.ts'
import { targetsOf } from './ports.ts'
import type { Shape, ShapeService } from './shape.ts'

export type Family = 'nginx' | 'caddy' | 'traefik' | 'none'

/** Where requests come in: a service of the app, a program of the host, a proxy of another project, or nothing but ports. */
export type Place = 'service' | 'front' | 'host' | 'edge' | 'none'

/** What a service does in the app that is made of a shape. */
export type Role =
  /** Runs nginx, Caddy or Traefik in the image of that name. */
  | 'proxy'
  /** An image of the app's own with a proxy in it. */
  | 'front'
  /** An image of the app's own that passes requests on to another service. */
  | 'gateway'
  /** The sample app: answers HTTP. */
  | 'web'
  /** Has no port. */
  | 'worker'
  /** Runs to its end. */
  | 'once'
  /** A third party's. */
  | 'store'

/** A service that requests are sent to, and the proxies that lead to it; none where its own port does. */
export type Asked = { service: ShapeService; through: readonly string[] }

export type Layout = {
  family: Family
  place: Place
  roles: ReadonlyMap<string, Role>
  asked: readonly Asked[]
}

/** Decides which service does what, and what is asked, from the facts of a shape. */
export function layOut(shape: Shape): Layout {
  const proxies = shape.services.filter(isProxy)
  const fronts = proxies.length > 0 ? [] : findFronts(shape)
  const place = placeOf(shape, { proxies, fronts })
  const family = familyOf(shape)
  const doors = [...proxies, ...fronts].filter(({ ports = [] }) => ports.length > 0)
  const asked = findAsked(shape, { place, family, doors, fronts })
  const roles = new Map(shape.services.map((service) => [service.name, roleOf(service, { fronts, asked })]))
  return { family, place, roles, asked }
}

type Doors = { proxies: readonly ShapeService[]; fronts: readonly ShapeService[] }

function familyOf({ proxy, services }: Shape): Family {
  const role = services.find(isProxy)?.role
  const found = /traefik|caddy|nginx/.exec(role ?? proxy)?.[0]
  return (found as Family | undefined) ?? 'none'
}

function placeOf(shape: Shape, { proxies, fronts }: Doors): Place {
  const hasPorts = shape.services.some((it) => it.role === 'own' && isOnHost(it))
  if (proxies.length > 0) return 'service'
  if (/\bhost\b/.test(shape.proxy) && hasPorts) return 'host'
  if (/\bext\b/.test(shape.proxy)) return 'edge'
  if (fronts.length > 0) return 'front'
  if (familyOf(shape) === 'none') return 'none'
  return hasPorts ? 'host' : 'edge'
}

/** Images of the app's own that are the proxy: those called so, else those that publish a web server's port. */
function findFronts(shape: Shape): ShapeService[] {
  const candidates = shape.services.filter((it) => it.role === 'own' && (it.ports ?? []).length > 0)
  if (!/nginx|caddy/.test(shape.proxy)) return []
  const called = candidates.filter((it) => it.built_proxy)
  if (called.length > 0) return called.slice(0, 1)
  const others = candidates.filter((it) => it.proxied === undefined)
  const web = others.filter((it) => targetsOf(it).some((port) => port === 80 || port === 443))
  if (web.length > 0 || !shape.proxy.startsWith('frontend')) return web.slice(0, 1)
  return others.slice(0, 1)
}

type AskedInput = {
  place: Place
  family: Family
  doors: readonly ShapeService[]
  fronts: readonly ShapeService[]
}

function findAsked(shape: Shape, { place, family, doors, fronts }: AskedInput): Asked[] {
  const inside = shape.services.filter((it) => !isProxy(it) && !fronts.includes(it) && !isOnce(it))
  const own = inside.filter((it) => it.role === 'own')
  if (place === 'none') return publishedOf(own).map((service) => ({ service, through: [] }))
  const named = inside.filter((it) => (family === 'traefik' && it.traefik) || it.proxied !== undefined)
  if (place === 'host') return askedThroughHost({ own, named, fronts })
  const hasOwn = own.length === 0 || named.some((it) => it.role === 'own')
  const asked = hasOwn
    ? named
    : [...named, ...likely(own, { count: doors.length, hasFront: fronts.length > 0 })]
  if (place === 'edge') return asked.map((service) => ({ service, through: ['edge'] }))
  // Several proxies without a word about which leads where share the services out.
  const isShared = doors.length > 1 && named.length === 0
  return [
    // Where nothing is the app's own but the proxy's configuration, that has the version.
    ...(own.length === 0 && fronts.length === 0 ? doors.filter(hasPages).slice(0, 1) : fronts).map(
      (service) => ({
        service,
        through: [service.name],
      }),
    ),
    ...asked.flatMap((service, index) => {
      const door = doors[isShared ? index % doors.length : 0]
      return door === undefined ? [] : [{ service, through: [door.name] }]
    }),
  ]
}

/** The host's own proxy leads to published ports; what an image of the app leads on to is reached through that. */
function askedThroughHost({
  own,
  named,
  fronts,
}: Record<'own' | 'named' | 'fronts', readonly ShapeService[]>) {
  const behind = fronts.length > 0 ? named : []
  const direct = reachedByHost(own.filter((it) => !behind.includes(it)))
  return [
    ...[...fronts, ...direct].map((service) => ({ service, through: ['host'] })),
    ...behind.map((service) => ({ service, through: ['host', ...fronts.map(({ name }) => name)] })),
  ]
}

function hasPages({ role }: ShapeService): boolean {
  return role !== 'traefik'
}

/** The likeliest to be behind a proxy that names none: what runs its image's own command. A front-end leads to a published one. */
function likely(
  own: readonly ShapeService[],
  { count, hasFront }: { count: number; hasFront: boolean },
): ShapeService[] {
  const onHost = own.filter(isOnHost)
  const plain = own.filter((it) => !it.command)
  const hidden = plain.filter((it) => !isOnHost(it))
  const choices =
    (hasFront ? [onHost, plain, own] : [hidden, onHost, plain, own]).find((it) => it.length > 0) ?? []
  const wanted = Math.min(Math.max(1, count), choices.length)
  return Array.from({ length: wanted }, (_, index) => index).flatMap(
    (index) => choices[Math.floor((index * choices.length) / wanted)] ?? [],
  )
}

/** Services with a public port; without one, those that only the host reaches. */
function publishedOf(own: readonly ShapeService[]): ShapeService[] {
  const open = own.filter(
    (it) => it.network_mode === undefined && (it.ports ?? []).some(({ host }) => host !== 'loopback'),
  )
  return open.length > 0 ? open : reachedByHost(own)
}

/** Services that publish a port; without one, those in the host's own network. */
function reachedByHost(own: readonly ShapeService[]): ShapeService[] {
  const onHost = own.filter(isOnHost)
  const publishing = onHost.filter((it) => it.network_mode === undefined)
  return publishing.length > 0 ? publishing : onHost
}

function roleOf(
  service: ShapeService,
  { fronts, asked }: { fronts: readonly ShapeService[]; asked: readonly Asked[] },
): Role {
  if (isProxy(service)) return 'proxy'
  if (service.role !== 'own') return 'store'
  if (fronts.includes(service)) return 'front'
  if (service.built_proxy) return 'gateway'
  if (asked.some((it) => it.service === service) || isOnHost(service)) return 'web'
  if (isOnce(service)) return 'once'
  return service.command ? 'worker' : 'web'
}

export function isProxy({ role }: ShapeService): boolean {
  return role === 'nginx' || role === 'caddy' || role === 'traefik'
}

/** Whether something on the host reaches it: by a published port, or in the host's own network. */
export function isOnHost({ ports = [], network_mode: mode }: ShapeService): boolean {
  return mode === 'host' || (ports.length > 0 && mode === undefined)
}

function isOnce(service: ShapeService): boolean {
  return service.role === 'own' && service.restart === 'no' && !isOnHost(service) && !service.proxied
}

/** Where a service is reached by others of its network: the name that the configuration has, and the port. */
export function addressIn(shape: Shape, service: ShapeService): string {
  const own = service.proxied === 'container_name' ? containerNameOf(shape, service) : service.name
  // One of the host's own network has no name in another: there, the address of Docker's own bridge leads to it.
  const name = service.network_mode === 'host' ? '172.17.0.1' : own
  return `${name}:${listenPortOf(shape, service)}`
}

export function containerNameOf(shape: Shape, { name }: ShapeService): string {
  return `${shape.id}_${name}`
}
