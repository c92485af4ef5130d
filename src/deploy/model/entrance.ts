import type { AppModel } from './app-model.ts'
import { parseImageReference } from './image-reference.ts'
import type { DesiredRelease } from './observation.ts'

/** The service that requests come in through: the one that is named, or the only one that runs nginx and has a port. */
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
 * The URL that tells whether the app answers. One that is configured has to give 2xx or 3xx; the proxy's own port, where
 * nothing is configured, anything below 500.
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
