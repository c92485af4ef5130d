import { createHash } from 'node:crypto'
import type { AppModel, ServiceModel } from '../../src/deploy/model/app-model.ts'
import { defaultDiskRules } from '../../src/deploy/model/disk/disk-rules.ts'
import { parseImageReference, type Digest } from '../../src/deploy/model/image-reference.ts'
import { frontDirectory, frontName, type Front } from '../../src/deploy/model/front.ts'
import type { DesiredRelease } from '../../src/deploy/model/observation.ts'
import type { ImageConfig, ResolvedImage } from '../../src/deploy/model/ports.ts'

/** A service of a made-up app; the hash of its definition depends on all given facts except the image. */
export function fakeService(
  name: string,
  facts: Partial<ServiceModel> & { definition?: string } = {},
): ServiceModel {
  const { definition = '', ...given } = facts
  const service = {
    name,
    image: `ghcr.io/acme/${name}:v1`,
    replicas: 1,
    dependsOn: [],
    boundTo: [],
    publishedPorts: [],
    containerName: undefined,
    networks: ['default'],
    networkMode: undefined,
    fixedAddress: false,
    volumes: [],
    mounts: [],
    restarts: true,
    healthCheck: 'defined' as const,
    definitionParts: {},
    ...given,
    ports: given.ports ?? (given.publishedPorts ?? []).map(fakePort),
  }
  const {
    image: _,
    replicas: _replicas,
    dependsOn: _dependsOn,
    definitionParts: _parts,
    ports: _ports,
    ...defined
  } = service
  return { ...service, definitionHash: shortHash(JSON.stringify({ ...defined, definition })) }
}

/** The port as `8000` or `53/udp` publishes it, to one of the same number. */
function fakePort(text: string): ServiceModel['ports'][number] {
  const [published = '', protocol = 'tcp'] = text.split('/')
  return { published, target: Number.parseInt(published), protocol, hostIp: undefined }
}

/** The sample app's nginx: third party, port 80, a mounted directory. */
export function fakeProxy(facts: Parameters<typeof fakeService>[1] = {}): ServiceModel {
  return fakeService('nginx', {
    image: 'nginx:alpine',
    publishedPorts: ['80'],
    mounts: [{ path: 'nginx/conf.d', target: '/etc/nginx/conf.d' }],
    healthCheck: 'from-image-or-none',
    dependsOn: [{ service: 'backend', condition: 'service_started' }],
    ...facts,
  })
}

export function fakeApp(services: readonly ServiceModel[], facts: Partial<AppModel> = {}): AppModel {
  return { project: 'shop', services, pins: {}, networks: { default: 'n1' }, ipv6Networks: [], ...facts }
}

/** The app with another tag for all images of its own. */
/** As Compose merges the override file that adds a front. */
export function withFront(app: AppModel, front: Front | undefined): AppModel {
  if (front === undefined || front.services.length === 0) return app
  const ports = front.definition['ports'] as { published: string; target: number }[]
  const others = app.services.map(({ definitionHash, ...it }) =>
    front.services.includes(it.name)
      ? fakeService(it.name, { ...it, publishedPorts: [], ports: [], definition: definitionHash })
      : { ...it, definitionHash },
  )
  const { image } = front.definition
  const added = fakeService(frontName, {
    image: String(image),
    publishedPorts: ports.map(({ published }) => published),
    mounts: [{ path: frontDirectory, target: front.domains.length > 0 ? '/etc/caddy' : '/etc/nginx/conf.d' }],
    healthCheck: 'from-image-or-none',
    dependsOn: front.services.map((service) => ({ service, condition: 'service_started' })),
  })
  return { ...app, services: [...others, added] }
}

export function withTag(app: AppModel, tag: string): AppModel {
  return {
    ...app,
    services: app.services.map((service) => ({
      ...service,
      image: service.image?.replace(/^(ghcr\.io\/.*):.*$/, `$1:${tag}`),
    })),
  }
}

/** The app with one of its services changed. */
export function withService(app: AppModel, name: string, facts: Partial<ServiceModel>): AppModel {
  return {
    ...app,
    services: app.services.map((service) => (service.name === name ? { ...service, ...facts } : service)),
  }
}

export function fakeDesired(facts: Partial<DesiredRelease> = {}): DesiredRelease {
  return {
    app: 'shop',
    environment: 'test',
    tag: undefined,
    givenVariables: ['IMAGE_TAG'],
    expected: [],
    ownRepositories: ['ghcr.io/acme/'],
    rollout: {},
    tasks: [],
    hooks: {},
    proxyService: undefined,
    proxyContainers: [],
    probeUrl: undefined,
    proxyKeepalive: true,
    rolling: { hosts: 1 },
    keep: 5,
    disk: defaultDiskRules,
    adopt: false,
    restores: undefined,
    ...facts,
  }
}

export const plainImage: ImageConfig = {
  environment: [],
  hasHealthCheck: false,
  exposedPorts: [],
  command: [],
}

/** What a registry answers for a reference: the digest spells the tag, so that tests can read it back. */
export function fakeResolved(image: string, config: ImageConfig = plainImage): ResolvedImage {
  const reference = parseImageReference(image)
  const digest = fakeDigest(reference.tag ?? 'latest')
  return { reference, digest, layers: [{ digest, sizeBytes: 1_000_000 }], config }
}

export function fakeDigest(tag: string): Digest {
  return `sha256:${Buffer.from(tag).toString('hex').padEnd(64, '0')}`
}

/** `backend:v2` for `ghcr.io/acme/backend@sha256:…`. */
export function spellImage(pinned: string): string {
  const [repository = '', digest = ''] = pinned.split('@sha256:')
  const tag = Buffer.from(digest.replace(/(00)+$/, ''), 'hex').toString()
  return `${repository.split('/').at(-1) ?? ''}:${tag}`
}

export function shortHash(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
