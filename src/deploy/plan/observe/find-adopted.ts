import { isMounted, type ServiceModel } from '../../model/app-model.ts'
import { pinnedName } from '../../model/image-reference.ts'
import type { DesiredFile, HostObservation } from '../../model/observation.ts'
import type { Container } from '../../model/container.ts'
import { reloadsFile, type Proxy } from '../../model/proxies/proxy.ts'
import { newestRelease } from '../../model/release.ts'
import { isRunning, isWell } from '../../model/container.ts'
import { changedNetwork } from '../decide-service.ts'

type Running = Pick<HostObservation, 'directory' | 'containers' | 'images' | 'resolved' | 'fileHashes'> & {
  /** The files to ship, without dray's pins. */
  shipped: readonly DesiredFile[]
}

/**
 * Services whose containers a user started with `docker compose up`, and whose image, configuration and mounted files are
 * those of the new release: they are not touched. Returns the image name of their containers, which dray's override file
 * then repeats, since Compose would recreate a container whose image has another name. A proxy may reload its files.
 */
export function findAdopted(running: Running, proxies: readonly Proxy[]): Map<string, string> {
  return new Map(
    running.directory.app.services.flatMap((service): [string, string][] => {
      const name = adoptedName(service, running)
      return name === undefined || hasChangedMount(service, running, proxies) ? [] : [[service.name, name]]
    }),
  )
}

function adoptedName(service: ServiceModel, running: Running): string | undefined {
  const { directory, images, resolved } = running
  const configHash = directory.composeHashes.get(service.name)
  const wanted = resolved.get(service.name)
  if (configHash === undefined || wanted === undefined) return undefined
  const pinned = pinnedName(wanted.reference, wanted.digest)
  const imageId = images.find(({ digests }) => digests.includes(pinned))?.id
  const containers = running.containers.filter(
    (it) => it.service === service.name && !it.oneOff && isRunning(it),
  )
  const isSame = (it: Container): boolean =>
    isWell(it) && it.configHash === configHash && it.imageId === imageId
  if (containers.length !== service.replicas || !containers.every(isSame)) return undefined
  if (changedNetwork(service, directory.app, newestRelease(directory.releases)) !== undefined)
    return undefined
  return containers[0]?.imageName
}

function hasChangedMount(
  service: ServiceModel,
  { shipped, fileHashes }: Running,
  proxies: readonly Proxy[],
): boolean {
  return shipped.some(
    ({ path, sha256 }) =>
      isMounted(service, path) && fileHashes.get(path) !== sha256 && !reloadsFile(proxies, service, path),
  )
}
