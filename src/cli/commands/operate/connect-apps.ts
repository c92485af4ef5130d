import { readCurrentRelease } from '../../../adapters/directory/current-release.ts'
import type { AppPlace } from '../../../adapters/directory/app-place.ts'
import type { Release } from '../../../deploy/model/release.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { mapNonEmpty, type NonEmpty } from '../../../shared/non-empty.ts'
import type { CliContext } from '../../command/context.ts'
import { connectHosts, type ConnectedHost } from '../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** An app as it is in place on one host. */
export type ConnectedApp = {
  host: ConnectedHost
  /** Undefined where dray has deployed nothing yet. */
  release: Release | undefined
  /** With the deploy-time values of the release. */
  place: AppPlace
}

export type ConnectedApps = AsyncDisposable & { apps: NonEmpty<ConnectedApp> }

/** Connects to the hosts of the environment, and reads which release is in place on each. Throws what these throw. */
export async function connectApps(input: EnvironmentInput, context: CliContext): Promise<ConnectedApps> {
  const connected = await connectHosts(input, context)
  try {
    const apps = await Promise.all(mapNonEmpty(connected.hosts, (host) => readInPlace(host, context.signal)))
    return { apps, [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose]() }
  } catch (error) {
    await connected[Symbol.asyncDispose]()
    throw error
  }
}

/** What is in place on a host that is connected. Throws what `readCurrentRelease` throws. */
export async function readInPlace(host: ConnectedHost, signal: AbortSignal): Promise<ConnectedApp> {
  const release = await readCurrentRelease(host.place, signal)
  return { host, release, place: withValuesOf(release, host.place) }
}

/** The release that is in place. Throws NOT_DEPLOYED. */
export function releaseOf({ release, host }: ConnectedApp, { config }: EnvironmentInput): Release {
  if (release !== undefined) return release
  const { name, path } = config.environment
  throw new DrayError('NOT_DEPLOYED', `dray has deployed nothing to ${path} on ${host.name} yet.`, {
    hint: `Deploy first: \`dray deploy ${name}\`.`,
  })
}

/** A compose file may insist on IMAGE_TAG, although the override file pins every image. */
function withValuesOf(release: Release | undefined, place: AppPlace): AppPlace {
  return release?.tag === undefined
    ? place
    : { ...place, values: { ...place.values, IMAGE_TAG: release.tag } }
}
