import { readProgram } from '../support/images/field/field-images.ts'
import type { ImageSettings } from '../support/images/field/derive-image.ts'
import { checkedByImage } from './depends-on.ts'
import { addressIn, type Layout, type Role } from './layout.ts'
import { targetsOf } from './ports.ts'
import { listenPortOf } from './listen-port.ts'
import { brokenConfiguration, caddyfile, hostOf, nginxConf, type Route } from './proxy-files.ts'
import type { Shape, ShapeService } from './shape.ts'

/** How a version behaves: as it should, or in one of the two ways in which a release fails. */
export type Behaviour = 'well' | 'exits' | 'unhealthy'

/** An image of the app's own at one version: what it is built on, the files that it adds, and how it is run. */
export type OwnImage = {
  /** Without the registry. */
  repository: string
  base: 'app' | 'nginx' | 'caddy'
  files: ReadonlyMap<string, string>
  settings: ImageSettings
}

export type Version = { tag: string; behaviour: Behaviour }

/** How long the sample app takes until it answers. */
export const startMs = 1000

type OwnInput = { shape: Shape; layout: Layout; version: Version }

/** The repositories that a shape's services run, without the registry; a worker runs the image of the app's first service. */
export function repositoryOf(shape: Shape, layout: Layout, service: ShapeService): string {
  const role = layout.roles.get(service.name)
  const shared = shape.services.find((it) => layout.roles.get(it.name) === 'web')
  const isShared =
    (role === 'worker' || (role === 'once' && service.command)) &&
    shared !== undefined &&
    !checkedByImage(shape).has(shared.name)
  return `acme/${shape.id}-${isShared ? shared.name : service.name}`
}

/** All images of a shape's app at one version, each once. What is not asked for requests is well in every version. */
export function ownImages(input: OwnInput): OwnImage[] {
  const { shape, layout } = input
  const images = new Map<string, OwnImage>()
  for (const service of shape.services) {
    const repository = repositoryOf(shape, layout, service)
    const isLender = repository === `acme/${shape.id}-${service.name}`
    if (service.role !== 'own' || !isLender) continue
    images.set(repository, { repository, ...imageOf(service, input) })
  }
  return [...images.values()]
}

/** The services that are broken in a version that is: those that are asked, and no proxy unless nothing else is. */
export function brokenServices(layout: Layout): string[] {
  const asked = layout.asked
    .filter(({ service }) => service.role === 'own')
    .map(({ service }) => service.name)
  const inside = asked.filter((name) => layout.roles.get(name) !== 'front')
  if (inside.length > 0) return inside
  if (asked.length > 0) return asked
  const any = [...layout.roles].find(([, role]) => role === 'web' || role === 'worker')
  return any === undefined ? [] : [any[0]]
}

function imageOf(service: ShapeService, input: OwnInput): Omit<OwnImage, 'repository'> {
  const { shape, layout, version } = input
  const role = layout.roles.get(service.name) ?? 'web'
  const isBroken = version.behaviour !== 'well' && brokenServices(layout).includes(service.name)
  const behaviour = isBroken ? version.behaviour : 'well'
  if (role === 'front') return frontImage(service, input, behaviour)
  const port = listenPortOf(shape, service)
  return {
    base: 'app',
    files: programs(role, behaviour),
    settings: {
      Env: [
        `APP_VERSION=${version.tag}`,
        `PORT=${port}`,
        `SHOP_START_MS=${startMs}`,
        'SHOP_EXIT=at-once',
        ...(role === 'gateway' ? [`UPSTREAM=http://${upstreamOf(service, input)}`] : []),
      ],
      ExposedPorts: role === 'worker' || role === 'once' ? {} : { [`${port}/tcp`]: {} },
      Cmd: ['node', programOf(role)],
      ...(checkedByImage(shape).has(service.name) && {
        Healthcheck: imageCheck(role === 'worker' ? readyFile : webCheck(port)),
      }),
    },
  }
}

/** The program of the app's directory that a service runs. */
export function programOf(role: Role): string {
  if (role === 'worker') return 'worker.js'
  return role === 'once' ? 'once.js' : 'server.js'
}

/** Checks that pass when the service is ready, as words of a command. */
export const readyFile = ['test', '-s', '/tmp/ready']
export function webCheck(port: number): string[] {
  return ['curl', '-f', `http://localhost:${port}/api/health`]
}

/** The shared image has a worker and a task beside the server; what is broken is the server. */
function programs(role: Role, behaviour: Behaviour): Map<string, string> {
  const files = new Map<string, string>()
  for (const name of ['worker.js', 'once.js']) files.set(`/app/${name}`, readProgram(name))
  if (role === 'gateway') files.set('/app/server.js', readProgram('gateway.js'))
  if (behaviour === 'well') return files
  const broken = behaviour === 'exits' ? 'exits.js' : 'unhealthy.js'
  return files.set(`/app/${programOf(role)}`, readProgram(broken))
}

/** A gateway leads to the first service of the app's own that it waits for, else to the first that there is. */
function upstreamOf(service: ShapeService, { shape, layout }: OwnInput): string {
  const webs = shape.services.filter((it) => layout.roles.get(it.name) === 'web')
  const upstream = webs.find(({ name }) => service.depends_on?.includes(name)) ?? webs[0]
  return upstream === undefined ? 'localhost' : addressIn(shape, upstream)
}

/** A proxy with its configuration, and pages of its own: what a front-end is built into. */
function frontImage(
  service: ShapeService,
  { shape, layout, version }: OwnInput,
  behaviour: Behaviour,
): Omit<OwnImage, 'repository'> {
  const listens = targetsOf(service)
  const routes = routesThrough(shape, layout, service.name)
  const pages = { version: version.tag }
  const isCaddy = layout.family === 'caddy'
  const text = isCaddy
    ? caddyfile(routes, listens[0] ?? 80, pages)
    : nginxConf({ routes, listens, pages, asksDns: shape.resolver_variable === true })
  const file = isCaddy ? '/etc/caddy/Caddyfile' : '/etc/nginx/conf.d/default.conf'
  return {
    base: isCaddy ? 'caddy' : 'nginx',
    files: new Map([[file, behaviour === 'well' ? text : brokenConfiguration]]),
    settings: { ExposedPorts: Object.fromEntries(listens.map((port) => [`${port}/tcp`, {}])) },
  }
}

/** Where the names lead that a proxy of the app knows. */
export function routesThrough(shape: Shape, layout: Layout, proxy: string): Route[] {
  return layout.asked
    .filter(({ service, through }) => through.at(-1) === proxy && service.name !== proxy)
    .map(({ service }) => ({ host: hostOf(shape, service.name), to: addressIn(shape, service) }))
}

function imageCheck(argv: readonly string[]): ImageSettings['Healthcheck'] {
  const second = 1_000_000_000
  return { Test: ['CMD', ...argv], Interval: 10 * second, Retries: 3 }
}
