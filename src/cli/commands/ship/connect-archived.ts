import { createRestoredPlace } from '../../../adapters/directory/restored-place.ts'
import { assertOpenFileLimit } from '../../../adapters/host/open-file-limit.ts'
import { createArchivedRegistry } from '../../../adapters/registry/archived-registry.ts'
import type { RegistryClient } from '../../../adapters/registry/registry-client.ts'
import { createArchivedSource } from '../../../adapters/source/archived-source.ts'
import type { Registry } from '../../../deploy/model/ports.ts'
import { resolveRollback, type ArchivingHost } from '../../../deploy/releases/rollback.ts'
import { connectHosts, type ConnectedHost } from '../../command/connect-hosts.ts'
import { connectRegistry, type ConnectedRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import { desiredRelease } from './desired-release.ts'
import type { DeployInput } from './load-deploy.ts'
import type { ReleaseTargets } from './run-release.ts'

/**
 * The composition root of a rollback to `release`, an id or a tag: connects to every host of the environment, and to the
 * registry only if an image is missing on a host. Throws the errors of connecting to the hosts, and OPEN_FILE_LIMIT.
 */
export async function connectArchived(
  input: DeployInput,
  release: string | undefined,
  context: CliContext,
): Promise<ReleaseTargets> {
  await assertOpenFileLimit(input.config.environment.hosts.length)
  const connected = await connectHosts(input, context)
  let opened: ConnectedRegistry | undefined
  const client = (): RegistryClient =>
    (opened ??= connectRegistry(input, context, Promise.resolve(connected.hosts))).client
  const registry = (): Registry => client()
  return {
    hosts: connected.hosts.map(({ target }) => target),
    resolveDesired: (signal) => {
      const hosts = connected.hosts.map((host) => archivingHost(host, registry))
      const now = context.clock.now()
      return resolveRollback({ hosts, release, desired: desiredRelease(input), now }, signal)
    },
    credentials: (registryHost) => registry().credentials(registryHost),
    pullToken: (image, signal) => client().pullToken(image, signal),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([opened?.[Symbol.asyncDispose](), connected[Symbol.asyncDispose]()])
    },
  }
}

/** A connected host with its archived releases. */
export function archivingHost(host: ConnectedHost, registry: () => Registry): ArchivingHost {
  const { name, archive, place, engine } = host
  // The files of a release have the role that the host had then.
  const { services, ...target } = host.target
  return {
    name,
    archive,
    ...(services && { services }),
    restore: (release, from = archive) => {
      // The tag is the only deploy-time value that the record of a release contains.
      const values = { ...place.values, ...(release.tag !== undefined && { IMAGE_TAG: release.tag }) }
      return {
        host: { ...target, ...createRestoredPlace({ ...place, values }, release, target.swarm?.cluster) },
        source: createArchivedSource(from, release),
        registry: createArchivedRegistry({ release, host: name, engine, registry }),
      }
    },
  }
}
