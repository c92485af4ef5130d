import { isMounted, type AppModel, type ServiceModel } from '../../model/app-model.ts'
import { parseImageReference } from '../../model/image-reference.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import type { BundleFile, ImageConfig, ResolvedImage } from '../../model/ports.ts'
import { proxyOf, type Proxy } from '../../model/proxies/proxy.ts'

/** The directory that the stock nginx.conf includes. */
const INCLUDED = '/etc/nginx/conf.d'
const FILE_NAME = 'dray-keepalive.conf'

const CONTENT = `# Written by dray. A reload of nginx closes idle connections; a request that a client sends at that moment is lost.
# This lets a recently used connection carry one more request. Turn it off with \`proxy: { keepalive: false }\`.
keepalive_min_timeout 2s;
`

/** Path of the file; undefined if the service does not mount the directory from next to the compose file. */
export function keepalivePath({ mounts }: ServiceModel): string | undefined {
  const directory = mounts.find(({ target }) => target === INCLUDED)
  return directory === undefined ? undefined : `${directory.path}/${FILE_NAME}`
}

/** The files for the proxies that run nginx, one for each directory. */
export function keepaliveFiles(facts: {
  app: AppModel
  desired: Pick<DesiredRelease, 'proxyKeepalive'>
  proxies: readonly Proxy[]
  resolved: ReadonlyMap<string, Pick<ResolvedImage, 'config'>>
  files: readonly BundleFile[]
}): BundleFile[] {
  const { app, desired, proxies, resolved, files } = facts
  const found = app.services
    .filter(({ name }) => proxyOf(proxies, name)?.kind === 'nginx')
    .flatMap((proxy) => {
      const image = resolved.get(proxy.name)?.config
      return keepaliveFile({ proxy, desired, image, files }) ?? []
    })
  return [...new Map(found.map((file) => [file.path, file])).values()]
}

/**
 * A file for the proxy's configuration so that a reload loses no request of a keep-alive client. Only for the nginx image
 * 1.27.4 or newer with its stock nginx.conf, and only if the directive is not already set.
 * https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_min_timeout
 */
function keepaliveFile(facts: {
  proxy: ServiceModel
  desired: Pick<DesiredRelease, 'proxyKeepalive'>
  /** Configuration of the proxy's image. */
  image: ImageConfig | undefined
  files: readonly BundleFile[]
}): BundleFile | undefined {
  const { proxy, desired, image, files } = facts
  const path = keepalivePath(proxy)
  if (path === undefined || proxy.image === undefined || !desired.proxyKeepalive) return undefined
  const { repository } = parseImageReference(proxy.image)
  const ownConfiguration = proxy.mounts.some(({ target }) => /^\/etc\/nginx(\/nginx\.conf)?\/?$/.test(target))
  const setAlready = files
    .filter((file) => isMounted(proxy, file.path))
    .some((file) => new TextDecoder().decode(file.content).includes('keepalive_min_timeout'))
  if (!/(^|\/)nginx(-unprivileged)?$/.test(repository) || ownConfiguration || setAlready) return undefined
  if (!isNew(image?.environment ?? [])) return undefined
  return { path, content: new TextEncoder().encode(CONTENT), mode: 0o644 }
}

/** The official images have their version in the environment: `NGINX_VERSION=1.29.3`. */
function isNew(environment: readonly string[]): boolean {
  const match = environment
    .map((line) => /^NGINX_VERSION=(\d+)\.(\d+)\.(\d+)/.exec(line))
    .find((it) => it !== null)
  const [major = 0, minor = 0, patch = 0] = match?.slice(1).map(Number) ?? []
  return major > 1 || (major === 1 && (minor > 27 || (minor === 27 && patch >= 4)))
}
