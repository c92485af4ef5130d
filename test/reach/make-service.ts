import { dependsOn, hasCheck } from './depends-on.ts'
import { containerNameOf, type Layout } from './layout.ts'
import { listenPortOf } from './listen-port.ts'
import { mountsOf } from './mounts.ts'
import { programOf, readyFile, repositoryOf, webCheck } from './own-images.ts'
import { targetsOf, type HostPort } from './ports.ts'
import { hostOf, traefikFlags, traefikLabels } from './proxy-files.ts'
import { replicasOf, type Shape, type ShapeService } from './shape.ts'
import { thirdImageOf } from './third-images.ts'

export type ServiceInput = {
  shape: Shape
  layout: Layout
  ports: ReadonlyMap<string, readonly HostPort[]>
  /** Whether it is started at all: its profile is active. */
  started: (service: ShapeService) => boolean
}

/** Addresses of the app's network, where a service has a fixed one. */
export const subnet = '172.31.99.0/24'
/** The network that a proxy of another project shares with the app. */
export const edgeNetwork = 'edge'

/** A service of the compose file, with every property that its shape has, in the order in which people write them. */
export function makeService(service: ShapeService, input: ServiceInput): object {
  const { shape, layout, ports } = input
  const role = layout.roles.get(service.name)
  const isOwn = service.role === 'own'
  const published = (ports.get(service.name) ?? []).map(renderPort)
  const mounts = mountsOf(service, input).map(({ text }) => text)
  const isNamed = service.container_name && replicasOf(service) === 1
  return compact({
    image: isOwn
      ? `ghcr.io/${repositoryOf(shape, layout, service)}:\${IMAGE_TAG:-latest}`
      : imageOf(service, shape),
    build: service.built && isOwn ? `./${service.name}` : undefined,
    container_name: isNamed ? containerNameOf(shape, service) : undefined,
    command: commandOf(service, input),
    user: service.user ? userOf(service) : undefined,
    restart: service.restart,
    profiles: service.profiles ? [profileOf(service, input)] : undefined,
    env_file: service.env_file ? '.env' : undefined,
    environment: environmentOf(service, shape),
    network_mode: networkModeOf(service, shape),
    networks: networksOf(service, input),
    ports: published.length > 0 ? published : undefined,
    volumes: mounts.length > 0 ? mounts : undefined,
    read_only: service.read_only,
    tmpfs: service.read_only || (service.user && role === 'proxy') ? tmpfsOf(service) : undefined,
    healthcheck: healthcheckOf(service, input),
    depends_on: dependsOn(service, input),
    deploy: deployOf(service),
    stop_grace_period: service.stop_grace,
    labels: labelsOf(service, input),
  })
}

function imageOf(service: ShapeService, shape: Shape): string {
  // Half of the apps have an older one.
  const isOlder = Number(shape.id.replaceAll(/\D/g, '')) % 2 === 1
  if (service.role === 'nginx') return isOlder ? 'nginx:1.22' : 'nginx:alpine'
  if (service.role === 'caddy') return isOlder ? 'caddy:2.6' : 'caddy:2'
  if (service.role === 'traefik') return 'traefik:v3.3'
  return thirdImageOf(service, shape.services.indexOf(service)).name
}

/** nginx is often started by the loop that reads new certificates every six hours. */
const nginxLoop = [
  'sh',
  '-c',
  "while :; do sleep 6h & wait $${!}; nginx -s reload; done & nginx -g 'daemon off;'",
]

function commandOf(service: ShapeService, { shape, layout }: ServiceInput): string[] | undefined {
  if (service.role === 'traefik') {
    const withFile = mountsTraefikFile(service)
    return service.command || !withFile ? traefikFlags(listenPortOf(shape, service), false) : undefined
  }
  if (!service.command) return undefined
  const role = layout.roles.get(service.name)
  if (role === 'proxy' || role === 'front')
    return service.role === 'caddy' || layout.family === 'caddy'
      ? ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile']
      : nginxLoop
  return role === 'store' ? ['--log-level', 'warning'] : ['node', programOf(role ?? 'web')]
}

/** The first of Traefik's mounts is the Engine's socket, the second its configuration. */
export function mountsTraefikFile({ volumes = [], command }: ShapeService): boolean {
  return !command && volumes.filter((it) => it === 'bind').length > 1
}

function userOf({ role }: ShapeService): string {
  if (role === 'own') return '1000:1000'
  return role === 'nginx' ? '101:101' : '999:999'
}

/** What a program has to write to where the rest is read-only. */
function tmpfsOf({ role }: ShapeService): string[] {
  return role === 'nginx'
    ? ['/run:mode=1777', '/tmp', '/var/lib/nginx:mode=1777', '/var/cache/nginx:mode=1777']
    : ['/tmp']
}

/** A profile is in use where something that is asked has one; else it is for people who debug. */
export function profileOf(service: ShapeService, { started }: ServiceInput): string {
  return started(service) ? 'app' : 'debug'
}

function environmentOf(service: ShapeService, shape: Shape): object | undefined {
  if (service.role !== 'third') return undefined
  const targets = targetsOf(service)
  const { port } = thirdImageOf(service, shape.services.indexOf(service))
  const isUsual = targets.length === 0 || (targets.length === 1 && targets[0] === port)
  return isUsual ? undefined : { STORE_PORTS: targets.join(',') }
}

/** Another service's network is the first one that it waits for, where the shape does not name one that is there. */
function networkModeOf({ network_mode: mode, depends_on: names = [] }: ShapeService, shape: Shape) {
  if (mode === undefined || !/^(service|container):/.test(mode)) return mode
  const named = mode.replace(/^[a-z]+:/, '')
  const others = shape.services.map(({ name }) => name)
  const target = [named, ...names, ...others].find((name) => others.includes(name))
  return `service:${target}`
}

function networksOf(service: ShapeService, { shape, layout }: ServiceInput): object | undefined {
  if (service.network_mode !== undefined) return undefined
  const isBehindEdge = layout.asked.some((it) => it.service === service && it.through[0] === 'edge')
  const address = `172.31.99.${100 + shape.services.indexOf(service)}`
  if (!isBehindEdge) return service.static_address ? { default: { ipv4_address: address } } : undefined
  return service.static_address
    ? { default: { ipv4_address: address }, [edgeNetwork]: {} }
    : ['default', edgeNetwork]
}

function renderPort({ published, last, target, protocol, isLoopback }: HostPort): string {
  const range = last === published ? `${published}` : `${published}-${last}`
  return `${isLoopback ? '127.0.0.1:' : ''}${range}:${target}${protocol === 'udp' ? '/udp' : ''}`
}

function healthcheckOf(service: ShapeService, input: ServiceInput): object | undefined {
  const { healthcheck, interval, start_period } = service
  if (healthcheck === 'disabled') return { disable: true }
  if (!hasCheck(service)) return undefined
  const argv = checkOf(service, input)
  const test = healthcheck === 'shell' ? `${argv.join(' ')} || exit 1` : ['CMD', ...argv]
  return compact({ test, interval, timeout: '5s', retries: 3, start_period })
}

function checkOf(service: ShapeService, { shape, layout }: ServiceInput): string[] {
  const role = layout.roles.get(service.name)
  if (service.role === 'traefik') return ['test', '-d', '/proc/1']
  if (role === 'proxy' || role === 'front')
    return service.role === 'caddy' || layout.family === 'caddy' ? ['caddy', 'version'] : ['nginx', '-t']
  if (role === 'store' || role === 'worker' || role === 'once') return readyFile
  return webCheck(listenPortOf(shape, service))
}

function deployOf(service: ShapeService): object | undefined {
  if (service.replicas === undefined && !service.limits) return undefined
  return compact({
    replicas: service.replicas,
    resources: service.limits ? { limits: { cpus: '1.0', memory: '512M' } } : undefined,
  })
}

function labelsOf(service: ShapeService, { shape, layout }: ServiceInput): object | undefined {
  if (!service.traefik) return undefined
  const { name } = service
  const isBehindEdge = layout.place === 'edge'
  return {
    ...traefikLabels(name, hostOf(shape, name), listenPortOf(shape, service)),
    ...(isBehindEdge && { 'traefik.docker.network': edgeNetwork }),
  }
}

function compact(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined))
}
