import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel, ServiceModel } from '../../model/app-model.ts'
import { frontDirectory, type Front, type FrontDomain, type FrontSettings } from '../../model/front.ts'
import { renderCaddyfile, type Site } from './caddyfile.ts'
import { describePort, type FrontProgram, type Routed } from './front-program.ts'

export const CADDY_FRONT_TAG = '2.11-alpine'
const IMAGE = `caddy:${CADDY_FRONT_TAG}`

/** Where Caddy keeps certificates and its account: Compose creates the volume, and no deploy removes it. */
const DATA_VOLUME = 'dray-front-data'
const ROOT_FILE = '/etc/dray-acme-root.pem'

/** For redirects and the proof that the domain is the server's, and for HTTPS. */
const PORTS = ['80', '443']

type Facts = Pick<Front, 'left'> & { app: AppModel; fronted: readonly ServiceModel[] }

/**
 * The front of an app with domains: Caddy, which obtains and renews their certificates. The ports that services published
 * stay as they were, over HTTP; of a service's own port 80, requests for other names. Throws FRONT_IMPOSSIBLE.
 */
export function designCaddy(
  publishing: readonly Omit<Routed, 'listen'>[],
  { domains, acme }: FrontSettings,
  facts: Facts,
): FrontProgram {
  const sites = domains.map((domain): Site => ({ name: domain.name, ...findTarget(domain, facts) }))
  refusePublished(facts, domains)
  const routed = publishing
    .filter(({ port }) => !PORTS.includes(port.published ?? ''))
    .map((it, index) => ({ ...it, listen: 81 + index }))
  const others = publishing.filter(({ port }) => port.published === '80')
  return {
    image: IMAGE,
    // The own ports first: dray requests the first one that a front publishes.
    ports: [
      ...routed.map(describePort),
      ...PORTS.map((published) => ({
        mode: 'ingress',
        target: Number(published),
        published,
        protocol: 'tcp',
      })),
    ],
    mounts: [
      `./${frontDirectory}:/etc/caddy:ro`,
      `${DATA_VOLUME}:/data`,
      ...(acme?.root === undefined ? [] : [`./${acme.root.replace(/^\.\//, '')}:${ROOT_FILE}:ro`]),
    ],
    volumes: [DATA_VOLUME],
    configurationFile: 'Caddyfile',
    configuration: renderCaddyfile(
      sites,
      [...others.map((it) => ({ ...it, listen: 80 })), ...routed].map(({ listen, service, port }) => ({
        listen,
        service,
        port: port.target,
      })),
      acme && { url: acme.url, root: acme.root === undefined ? undefined : ROOT_FILE },
    ),
    domains: domains.map(({ name }) => ({ name, anyIssuer: acme !== undefined })),
  }
}

/** The service and the port behind a domain. */
function findTarget(domain: FrontDomain, { fronted, left }: Facts): Pick<Site, 'service' | 'port'> {
  const { name, service: named } = domain
  const [service, another] = fronted.filter((it) => named === undefined || it.name === named)
  if (service === undefined) {
    const kept = left.find((it) => named === undefined || it.service === named)
    const why =
      kept === undefined ? 'no own service without a proxy publishes a port' : `${kept.service}: ${kept.why}`
    throw impossible(`No service can be behind ${name}: ${why}.`, `${name}: ${named ?? 'SERVICE'}:PORT`)
  }
  if (another !== undefined) {
    const text = `${name} could lead to ${fronted.map((it) => it.name).join(' or ')}.`
    throw impossible(text, `${name}: ${service.name}`)
  }
  const ports = [...new Set(service.ports.map(({ target }) => target))]
  const [port = 0] = domain.port === undefined ? ports : [domain.port]
  if (domain.port !== undefined || ports.length === 1) return { service: service.name, port }
  const text = `Which port of ${service.name} is behind ${name} is not clear: it publishes ${ports.join(' and ') || 'none'}.`
  throw impossible(text, `${name}: ${service.name}:${ports[0] ?? 'PORT'}`)
}

function impossible(message: string, entry: string): DrayError {
  return new DrayError('FRONT_IMPOSSIBLE', message, {
    hint: `Name it in dray.yml: \`front: { domain: { ${entry} } }\`.`,
  })
}

/** Another service must not have the ports that the front needs. */
function refusePublished({ app, fronted }: Facts, [domain]: readonly FrontDomain[]): void {
  for (const service of app.services.filter((it) => !fronted.includes(it))) {
    const port = PORTS.find((it) => service.publishedPorts.includes(it))
    if (port === undefined) continue
    throw new DrayError(
      'FRONT_IMPOSSIBLE',
      `${service.name} publishes port ${port}, which the front needs for ${domain?.name ?? ''}.`,
      {
        hint: `Remove the port from the compose file, or let the domain lead to ${service.name}, if that speaks HTTP.`,
      },
    )
  }
}
