import { readCurrentRelease } from '../../../adapters/directory/current-release.ts'
import type { AppPlace } from '../../../adapters/directory/app-place.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { mapNonEmpty, type NonEmpty } from '../../../shared/non-empty.ts'
import type { CliContext } from '../../command/context.ts'
import { connectHosts, connectReachable, type ConnectedHost } from '../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** An app on one host. */
export type ConnectedApp = {
  host: ConnectedHost
  /** The current release; undefined if nothing is deployed yet. */
  release: Release | undefined
  /** With the deploy-time values of the release. */
  place: AppPlace
}

/** An app that has a release. */
export type DeployedApp = ConnectedApp & { release: Release }

export type ConnectedApps = AsyncDisposable & { apps: NonEmpty<ConnectedApp> }

/** Connects to the hosts of the environment and reads the current release of each. Throws the errors of both. */
export async function connectApps(input: EnvironmentInput, context: CliContext): Promise<ConnectedApps> {
  return readEach(await connectHosts(input, context), (hosts) =>
    Promise.all(mapNonEmpty(hosts, (host) => readInPlace(host, context.signal))),
  )
}

/**
 * The same for the hosts that answer and have a release. `onFailure` is called with the failure of each other one, such as
 * NOT_DEPLOYED; without any release, theirs are thrown.
 */
export async function connectDeployedApps(
  input: EnvironmentInput,
  context: CliContext,
  onFailure: (error: DrayError) => void,
): Promise<AsyncDisposable & { apps: NonEmpty<DeployedApp> }> {
  return readEach(await connectReachable(input, context, onFailure), async (hosts) => {
    const { results, failures } = await settleEachHost(
      hosts,
      ({ name }) => name,
      async (host) => {
        const app = await readInPlace(host, context.signal)
        return { ...app, release: releaseOf(app, input) }
      },
    )
    const [first, ...more] = results
    const fatal = failures.find((it) => !(it instanceof DrayError))
    if (first === undefined || fatal !== undefined) throw fatal ?? joinFailures(failures)
    for (const failure of failures) if (failure instanceof DrayError) onFailure(failure)
    return [first, ...more]
  })
}

async function readEach<T>(
  connected: AsyncDisposable & { hosts: NonEmpty<ConnectedHost> },
  read: (hosts: NonEmpty<ConnectedHost>) => Promise<T>,
): Promise<AsyncDisposable & { apps: T }> {
  try {
    const apps = await read(connected.hosts)
    return { apps, [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose]() }
  } catch (error) {
    await connected[Symbol.asyncDispose]()
    throw error
  }
}

/** The app on a connected host. Throws the errors of `readCurrentRelease`. */
export async function readInPlace(host: ConnectedHost, signal: AbortSignal): Promise<ConnectedApp> {
  const release = await readCurrentRelease(host.place, signal)
  return { host, release, place: withValuesOf(release, host.place) }
}

/** The current release. Throws NOT_DEPLOYED. */
export function releaseOf({ release, host }: ConnectedApp, { config }: EnvironmentInput): Release {
  if (release !== undefined) return release
  const { name, path } = config.environment
  throw new DrayError('NOT_DEPLOYED', `Nothing is deployed to ${path} on ${host.name} yet.`, {
    hint: `Deploy first: \`dray deploy ${name}\`.`,
  })
}

/** Adds IMAGE_TAG: a compose file may require it, although the override file pins every image. */
function withValuesOf(release: Release | undefined, place: AppPlace): AppPlace {
  return release?.tag === undefined
    ? place
    : { ...place, values: { ...place.values, IMAGE_TAG: release.tag } }
}
