import { combineArchives } from '../../../adapters/source/combined-archive.ts'
import { resolveJoin, type Donor } from '../../../deploy/releases/join.ts'
import type { DrayError } from '../../../errors/dray-error.ts'
import { connectHosts, connectReachable } from '../../command/connect-hosts.ts'
import { connectRegistry, type ConnectedRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import { archivingHost } from './connect-archived.ts'
import { desiredRelease } from './desired-release.ts'
import type { DeployInput } from './load-deploy.ts'
import type { ReleaseTargets } from './run-release.ts'

/**
 * The composition root of a deploy to one host that gets the release of the others: connects to that host, to the others, of which
 * some may not answer, and to the registry if an image is missing on the host. Throws the errors of connecting to the host, or
 * to all others.
 */
export async function connectJoining(
  input: DeployInput,
  others: EnvironmentInput,
  context: CliContext,
): Promise<ReleaseTargets> {
  const opened: AsyncDisposable[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const [connected, { donors, down }] = await Promise.all([
      connectHosts(input, context).then((it) => keep(it, opened)),
      connectDonors(others, { opened, context }),
    ])
    const [host] = connected.hosts
    let registry: ConnectedRegistry | undefined
    const open = (): ConnectedRegistry['client'] => {
      registry ??= keep(connectRegistry(input, context, Promise.resolve(connected.hosts)), opened)
      return registry.client
    }
    return {
      hosts: [host.target],
      resolveDesired: (signal) =>
        resolveJoin(
          {
            ...{ host: archivingHost(host, open), donors, down },
            ...{ combine: combineArchives, desired: desiredRelease(input) },
          },
          signal,
        ),
      credentials: (registryHost) => open().credentials(registryHost),
      pullToken: (image, signal) => open().pullToken(image, signal),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

function keep<T extends AsyncDisposable>(it: T, opened: AsyncDisposable[]): T {
  opened.push(it)
  return it
}

/** The other hosts that answer, and the failures of those that do not. Throws their failures if none does. */
async function connectDonors(
  others: EnvironmentInput,
  { opened, context }: { opened: AsyncDisposable[]; context: CliContext },
): Promise<{ donors: readonly Donor[]; down: readonly DrayError[] }> {
  const down: DrayError[] = []
  const { hosts } = keep(await connectReachable(others, context, (failure) => down.push(failure)), opened)
  const donors = hosts.map(({ name, archive, target }) => ({
    name,
    archive,
    ...(target.services && { services: target.services }),
  }))
  return { donors, down }
}
