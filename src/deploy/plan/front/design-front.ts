import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel, PublishedPort, ServiceModel } from '../../model/app-model.ts'
import { frontDirectory, frontName, type Front, type FrontSettings } from '../../model/front.ts'
import { forwardedPortsOf } from '../steps/forwarded-ports.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { proxyOfImageName } from '../proxies/recognise-proxy.ts'
import { isOwn } from '../why-not-rolled.ts'
import { designCaddy } from './design-caddy.ts'
import { renderFrontConfiguration, type Route } from './front-configuration.ts'
import { describePort, type FrontProgram, type Routed } from './front-program.ts'

/** 1.28 has `keepalive_min_timeout`, so that a reload loses no request of a keep-alive client. */
export const FRONT_TAG = '1.28-alpine'
const IMAGE = `nginx:${FRONT_TAG}`

/** Ports of containers where the protocol is TLS: the front speaks HTTP. */
const TLS_PORTS = new Set([443, 8443])

type Wanted = Pick<DesiredRelease, 'ownRepositories' | 'tag' | 'proxyService'> & FrontSettings

/** Designs the front of an app. Decides by the compose file alone. Throws SERVICE_UNKNOWN and FRONT_IMPOSSIBLE. */
export function designFront(app: AppModel, wanted: Wanted): Front {
  refuseUnknown(app, wanted)
  const meant = app.services.filter((service) => isMeant(service, app, wanted))
  const left = meant.flatMap((service) => {
    const why = whyLeft(service)
    return why === undefined ? [] : [{ service: service.name, why }]
  })
  const fronted = meant.filter(({ name }) => left.every(({ service }) => service !== name))
  const networks = [...new Set(fronted.flatMap((service) => service.networks))].sort()
  const routed = fronted
    .flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port })))
    .sort((a, b) => Number(a.port.published) - Number(b.port.published))
  const { image, ports, mounts, ...program } =
    wanted.domains.length > 0
      ? designCaddy(routed, wanted, { fronted, left, app })
      : designNginx(
          routed,
          networks.some((network) => app.ipv6Networks.includes(network)),
        )
  return {
    ...program,
    services: fronted.map(({ name }) => name),
    routes: fronted.flatMap((service) =>
      (forwardedPortsOf(service, []) ?? []).map((port) => ({ ...port, service: service.name })),
    ),
    definition: {
      image,
      restart: 'unless-stopped',
      depends_on: fronted.map(({ name }) => name),
      networks,
      ports,
      volumes: mounts,
    },
    left,
  }
}

function designNginx(publishing: readonly Omit<Routed, 'listen'>[], hasIpv6: boolean): FrontProgram {
  // nginx's image exposes port 80, so that a deploy waits until something listens there.
  const routed = publishing.map((it, index) => ({ ...it, listen: 80 + index }))
  const routes = routed.map(({ listen, service, port }): Route => ({ listen, service, port: port.target }))
  return {
    image: IMAGE,
    ports: routed.map(describePort),
    mounts: [`./${frontDirectory}:/etc/nginx/conf.d:ro`],
    volumes: [],
    configurationFile: 'default.conf',
    configuration: renderFrontConfiguration(routes, hasIpv6),
    domains: [],
  }
}

function refuseUnknown(app: AppModel, { services = [], domains }: Wanted): void {
  const known = app.services.map(({ name }) => name)
  const named = [
    ...services.map((name) => ({ name, key: 'services' })),
    ...domains.flatMap(({ service }) => (service === undefined ? [] : { name: service, key: 'domain' })),
  ]
  const unknown = named.find(({ name }) => !known.includes(name))
  if (unknown === undefined && !known.includes(frontName)) return
  if (unknown === undefined) {
    throw new DrayError(
      'COMPOSE_INVALID',
      `A service of the compose file is named ${frontName}, as dray's own.`,
      {
        hint: 'Give it another name, or remove `front` from dray.yml.',
      },
    )
  }
  throw new DrayError(
    'SERVICE_UNKNOWN',
    `Service ${unknown.name} (\`front.${unknown.key}\` in dray.yml) is not in the compose file.`,
    { hint: `Its services: ${known.join(', ')}.` },
  )
}

function isMeant(service: ServiceModel, app: AppModel, wanted: Wanted): boolean {
  if (wanted.domains.some((it) => it.service === service.name)) return true
  if (!service.ports.some(({ published }) => published !== undefined)) return false
  if (wanted.services !== undefined) return wanted.services.includes(service.name)
  return isOwn(service, wanted) && !hasProxyInFront(service, app, wanted)
}

/** Whether another service is a proxy by its name, and reaches this one. */
function hasProxyInFront(service: ServiceModel, app: AppModel, { proxyService }: Wanted): boolean {
  return app.services.some(
    ({ name, image, networks }) =>
      name !== service.name &&
      (name === proxyService || proxyOfImageName(image) !== undefined) &&
      networks.some((network) => service.networks.includes(network)),
  )
}

/** Why a service keeps its ports: all of them have to be HTTP on a fixed port of the host. */
function whyLeft({ ports, networkMode }: ServiceModel): string | undefined {
  if (networkMode !== undefined) return `it uses network_mode ${networkMode}`
  const other = ports.find((port) => !isPlain(port))
  if (other === undefined) return undefined
  const { published = 'any port', target, protocol } = other
  if (TLS_PORTS.has(target)) return `the front speaks HTTP, and port ${target} of it is HTTPS`
  return `it publishes ${published} to ${target}/${protocol}, and the front takes single TCP ports`
}

function isPlain({ published = '', target, protocol }: PublishedPort): boolean {
  return protocol === 'tcp' && /^\d+$/.test(published) && !TLS_PORTS.has(target)
}
