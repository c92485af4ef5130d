import type { EnvironmentShape, ImageShape } from './app-shape.ts'
import { indent } from './indent.ts'

/** Keeps 100 MB of each container's log; by default Docker keeps all of it. */
const logging = 'logging: { driver: local }'

/** The compose file of the specification, with a `build:` for each image, for `dray build` and local builds. */
export function renderComposeFile(environment: EnvironmentShape, owner: string): string {
  const routed = environment.images.filter(({ route }) => route !== undefined)
  const behind = routed.filter(({ route }) => route !== '/').map(({ service }) => service)
  const services = environment.images.map((image) =>
    renderService(image, { owner, dependsOn: image.route === '/' ? behind : [] }),
  )
  const proxy = `nginx:
  image: nginx:alpine
  restart: unless-stopped
  ${logging}
  ports:
    - "80:80"
  volumes:
    - ./${environment.nginxDirectory}:/etc/nginx/conf.d:ro
${indent(renderDependsOn(routed.map(({ service }) => service).reverse()), 2)}`
  return `services:\n${[...services, proxy].map((service) => indent(service, 2).trimEnd()).join('\n\n')}\n`
}

function renderService(
  { service, repository, context, dockerfile, versionArgument, healthTest }: ImageShape,
  { owner, dependsOn }: { owner: string; dependsOn: readonly string[] },
): string {
  const name = repository.slice(`ghcr.io/${owner}/`.length)
  const file = context === '.' ? dockerfile : dockerfile.slice(context.length + 1)
  const build = [
    `context: ${context === '.' ? '.' : `./${context}`}`,
    ...(file === 'Dockerfile' ? [] : [`dockerfile: ${file}`]),
    ...(versionArgument === undefined ? [] : [`args:\n  ${versionArgument}: \${IMAGE_TAG:-dev}`]),
  ]
  const health =
    healthTest === undefined
      ? []
      : [
          `healthcheck:\n  test: [${healthTest.map((part) => JSON.stringify(part)).join(', ')}]\n  interval: 10s\n  timeout: 5s\n  retries: 5`,
        ]
  const keys = [
    `image: ghcr.io/\${REGISTRY_OWNER:-${owner}}/${name}:\${IMAGE_TAG:-latest}`,
    `build:\n${indent(build.join('\n'), 2)}`,
    'env_file: .env',
    'restart: unless-stopped',
    logging,
    ...health,
    ...(dependsOn.length === 0 ? [] : [renderDependsOn(dependsOn)]),
  ]
  return `${service}:\n${indent(keys.join('\n'), 2)}`
}

function renderDependsOn(services: readonly string[]): string {
  return `depends_on:\n${services.map((service) => `  - ${service}`).join('\n')}`
}
