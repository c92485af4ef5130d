import type { AppModel } from './app-model.ts'
import { parseImageReference } from './image-reference.ts'
import type { DesiredRelease } from './observation.ts'

/** The service that receives requests: the configured one, or the only one that runs nginx and publishes a port. */
export function proxyServiceOf(app: AppModel, desired: DesiredRelease): string | undefined {
  if (desired.proxyService !== undefined) return desired.proxyService
  const candidates = app.services.filter(
    ({ image, publishedPorts }) =>
      image !== undefined &&
      publishedPorts.length > 0 &&
      /(^|\/)(nginx|nginx-unprivileged|openresty)$/.test(parseImageReference(image).repository),
  )
  return candidates.length === 1 ? candidates[0]?.name : undefined
}

/**
 * The URL that shows whether the app answers. A configured URL must return 2xx or 3xx; without one, the proxy's own port
 * is used and any status below 500 is accepted.
 */
export function probeTargetOf(
  app: AppModel,
  desired: DesiredRelease,
): { url: string; below: number } | undefined {
  if (desired.probeUrl !== undefined) return { url: desired.probeUrl, below: 400 }
  const proxyService = proxyServiceOf(app, desired)
  const ports = app.services.find((service) => service.name === proxyService)?.publishedPorts ?? []
  const port = ports.find((it) => it !== '443' && /^\d+$/.test(it))
  return port === undefined ? undefined : { url: `http://localhost:${port}/`, below: 500 }
}
