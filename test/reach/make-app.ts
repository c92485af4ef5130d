import { stringify } from 'yaml'
import { layOut, type Layout } from './layout.ts'
import { listenPortOf } from './listen-port.ts'
import { edgeNetwork, makeService, mountsTraefikFile, subnet, type ServiceInput } from './make-service.ts'
import { mountsOf } from './mounts.ts'
import { ownImages, routesThrough, type OwnImage, type Version } from './own-images.ts'
import { assignPorts, targetsOf, type HostPort } from './ports.ts'
import { brokenConfiguration, caddyfile, nginxConf, traefikDynamic, traefikYml } from './proxy-files.ts'
import type { Shape, ShapeService } from './shape.ts'

/** An app that has a shape: what is in its repository at a version, and what else it needs. */
export type MadeApp = {
  shape: Shape
  layout: Layout
  ports: ReadonlyMap<string, readonly HostPort[]>
  /** Services that the project runs; the others are in a profile that is not in use. */
  started: readonly ShapeService[]
  /** `.env` on the server. */
  envFile: string
  /** Files of the repository, by path. */
  files(version: Version): ReadonlyMap<string, string>
  images(version: Version): OwnImage[]
}

/** Makes an app of a shape, in versions that work and that fail. */
export function makeApp(shape: Shape): MadeApp {
  const layout = layOut(shape)
  const ports = assignPorts(shape)
  const inUse = isProfileInUse(shape, layout)
  const started = (service: ShapeService): boolean => !service.profiles || inUse
  const input = { shape, layout, ports, started }
  return {
    shape,
    layout,
    ports,
    started: shape.services.filter(started),
    envFile: `SECRET=of-${shape.id}\n${inUse ? 'COMPOSE_PROFILES=app\n' : ''}`,
    files: (version) => filesOf(input, version),
    images: (version) => ownImages({ shape, layout, version }),
  }
}

function isProfileInUse({ services }: Shape, { asked, roles }: Layout): boolean {
  return services.some(
    (it) => it.profiles && (roles.get(it.name) === 'proxy' || asked.some(({ service }) => service === it)),
  )
}

function filesOf(input: ServiceInput, version: Version): Map<string, string> {
  const files = new Map([['docker-compose.yml', composeText(input)]])
  for (const service of input.shape.services) {
    for (const { text, file } of mountsOf(service, input)) {
      const path = text.replace(/^\.\//, '').replace(/:.*/, '')
      if (file === 'settings') files.set(path, `{ "name": "${service.name}" }\n`)
      if (file === 'traefik' && mountsTraefikFile(service)) addTraefikFiles(files, { service, path, input })
      if (file === 'proxy') {
        const isDirectory = !/\.conf$|Caddyfile$/.test(path)
        files.set(isDirectory ? `${path}/default.conf` : path, proxyFile(service, input, version))
      }
    }
  }
  return files
}

function proxyFile(service: ShapeService, { shape, layout }: ServiceInput, version: Version): string {
  const routes = routesThrough(shape, layout, service.name)
  const hasPages = layout.asked.some((it) => it.service === service)
  const pages = hasPages ? { version: version.tag } : undefined
  if (hasPages && version.behaviour !== 'well') return brokenConfiguration
  if (service.role === 'caddy') return caddyfile(routes, listenPortOf(shape, service), pages)
  const targets = targetsOf(service)
  const listens = targets.length > 0 ? targets : [80]
  return nginxConf({ routes, listens, pages, asksDns: shape.resolver_variable === true })
}

function addTraefikFiles(
  files: Map<string, string>,
  { service, path, input }: { service: ShapeService; path: string; input: ServiceInput },
): void {
  const { shape, layout } = input
  const routes = routesThrough(shape, layout, service.name)
  const unlabelled = routes.filter(({ to }) =>
    shape.services.some((it) => to.startsWith(`${it.name}:`) && !it.traefik),
  )
  const withFile = unlabelled.length > 0
  files.set(`${path}/traefik.yml`, traefikYml(listenPortOf(shape, service), withFile))
  if (withFile) files.set(`${path}/dynamic.yml`, traefikDynamic(unlabelled))
}

/** The compose file, as its owner would write it. */
export function composeText(input: ServiceInput): string {
  const { shape, layout } = input
  const services = Object.fromEntries(
    shape.services.map((service) => [service.name, makeService(service, input)]),
  )
  const volumes = shape.services
    .flatMap((service) => mountsOf(service, input))
    .flatMap(({ volume }) => volume ?? [])
  const isFixed = shape.services.some((it) => it.static_address)
  const networks = {
    ...(isFixed && { default: { ipam: { config: [{ subnet }] } } }),
    ...(layout.place === 'edge' && { [edgeNetwork]: { external: true } }),
  }
  return stringify(
    {
      services,
      ...(volumes.length > 0 && { volumes: Object.fromEntries(volumes.map((name) => [name, null])) }),
      ...(Object.keys(networks).length > 0 && { networks }),
    },
    { lineWidth: 0, nullStr: '' },
  )
}

/** The TCP ports that a service publishes. */
export function containerPortsOf({ ports }: MadeApp, service: string): HostPort[] {
  return (ports.get(service) ?? []).filter(({ protocol }) => protocol === 'tcp')
}
