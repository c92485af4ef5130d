import { keepTag, parseImageReference } from '../../../deploy/model/image-reference.ts'
import { connectRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import type { ConnectedApp } from './connect-apps.ts'

/**
 * Pulls the image of a service if it is not on the host, with the logins of this machine: it may not be deployed, or a user
 * removed its image. An image by digest gets dray's tag, so that it does not count as dangling. Throws what a pull throws.
 */
export async function pullMissing(
  { host, release }: Pick<ConnectedApp, 'host' | 'release'>,
  service: string,
  { environment, context }: { environment: EnvironmentInput; context: CliContext },
): Promise<void> {
  const image = release?.inactive?.[service]?.image ?? release?.services[service]?.image
  if (release === undefined || image === undefined) return
  if ((await host.engine.imageConfig(image)) !== undefined) return
  const reference = parseImageReference(image)
  const { signal } = context
  context.stderr.write(`Pulling ${image} on ${host.name}\n`)
  await using registry = connectRegistry(environment, context, Promise.resolve([host]))
  const credentials = await registry.client.credentials(reference.registry)
  await host.engine.pull(image, { signal, ...(credentials && { credentials }) })
  const { digest } = reference
  if (digest !== undefined) await host.engine.tag(image, keepTag(reference, digest, release.project))
}
