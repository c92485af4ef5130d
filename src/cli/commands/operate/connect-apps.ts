import { readCurrentRelease } from '../../../adapters/directory/current-release.ts'
import type { AppPlace } from '../../../adapters/directory/app-place.ts'
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

export type ConnectedApps = AsyncDisposable & { apps: NonEmpty<ConnectedApp> }

/** Connects to the hosts of the environment and reads the current release of each. Throws the errors of both. */
export async function connectApps(input: EnvironmentInput, context: CliContext): Promise<ConnectedApps> {
  return readEach(await connectHosts(input, context), context)
}

/** The same for the hosts that answer. `onFailure` is called with the failure of each other one; if none answers, theirs are thrown. */
export async function connectReachableApps(
  input: EnvironmentInput,
  context: CliContext,
  onFailure: (error: DrayError) => void,
): Promise<ConnectedApps> {
  return readEach(await connectReachable(input, context, onFailure), context)
}

async function readEach(
  connected: AsyncDisposable & { hosts: NonEmpty<ConnectedHost> },
  context: CliContext,
): Promise<ConnectedApps> {
  try {
    const apps = await Promise.all(mapNonEmpty(connected.hosts, (host) => readInPlace(host, context.signal)))
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
