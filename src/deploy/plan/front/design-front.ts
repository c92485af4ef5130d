import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel, PublishedPort, ServiceModel } from '../../model/app-model.ts'
import { frontDirectory, frontName, type Front } from '../../model/front.ts'
import { forwardedPortsOf } from '../forwarded-ports.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { proxyOfImageName } from '../proxies/recognise-proxy.ts'
import { isOwn } from '../why-not-rolled.ts'
import { renderFrontConfiguration, type Route } from './front-configuration.ts'

/** 1.28 has `keepalive_min_timeout`, so that a reload loses no request of a keep-alive client. */
export const FRONT_TAG = '1.28-alpine'
const IMAGE = `nginx:${FRONT_TAG}`

/** Ports of containers where the protocol is TLS: the front speaks HTTP. */
const TLS_PORTS = new Set([443, 8443])

type Wanted = Pick<DesiredRelease, 'ownRepositories' | 'tag' | 'proxyService'> & {
  /** The services that dray.yml names; undefined for every own service that no proxy is in front of. */
  services: readonly string[] | undefined
}

/** Designs the front of an app. Decides by the compose file alone. Throws SERVICE_UNKNOWN. */
export function designFront(app: AppModel, wanted: Wanted): Front {
  refuseUnknown(app, wanted)
  const meant = app.services.filter((service) => publishes(service) && isMeant(service, app, wanted))
  const left = meant.flatMap((service) => {
    const why = whyLeft(service)
    return why === undefined ? [] : [{ service: service.name, why }]
  })
  const fronted = meant.filter(({ name }) => left.every(({ service }) => service !== name))
  const routed = fronted
    .flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port })))
    .sort((a, b) => Number(a.port.published) - Number(b.port.published))
    // nginx's image exposes port 80, so that a deploy waits until something listens there.
    .map((it, index) => ({ ...it, listen: 80 + index }))
  const routes = routed.map(({ listen, service, port }): Route => ({ listen, service, port: port.target }))
  const networks = [...new Set(fronted.flatMap((service) => service.networks))].sort()
  const hasIpv6 = networks.some((network) => app.ipv6Networks.includes(network))
  return {
    services: fronted.map(({ name }) => name),
    routes: fronted.flatMap((service) =>
      (forwardedPortsOf(service) ?? []).map((port) => ({ ...port, service: service.name })),
    ),
    definition: {
      image: IMAGE,
      restart: 'unless-stopped',
      depends_on: fronted.map(({ name }) => name),
      networks,
      ports: routed.map(({ listen, port: { published, hostIp } }) => ({
        mode: 'ingress',
        target: listen,
        published,
        ...(hostIp === undefined ? {} : { host_ip: hostIp }),
        protocol: 'tcp',
      })),
      volumes: [`./${frontDirectory}:/etc/nginx/conf.d:ro`],
    },
    configuration: renderFrontConfiguration(routes, hasIpv6),
    left,
  }
}

function refuseUnknown(app: AppModel, { services = [] }: Wanted): void {
  const known = app.services.map(({ name }) => name)
  const unknown = services.find((name) => !known.includes(name))
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
    `Service ${unknown} (\`front.services\` in dray.yml) is not in the compose file.`,
    { hint: `Its services: ${known.join(', ')}.` },
  )
}

function publishes({ ports }: ServiceModel): boolean {
  return ports.some(({ published }) => published !== undefined)
}

function isMeant(service: ServiceModel, app: AppModel, wanted: Wanted): boolean {
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
