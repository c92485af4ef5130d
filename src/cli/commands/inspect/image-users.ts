import { createReleaseArchive } from '../../../adapters/directory/release-archive.ts'
import { readComposeImages } from '../../../adapters/source/compose-images.ts'
import { tryParseImageReference, type Digest } from '../../../deploy/model/image-reference.ts'
import { newestRelease, pinnedImages, releaseLabel } from '../../../deploy/model/release.ts'
import type { ImageUser } from '../../../operations/images/package-version.ts'
import { connectEach } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** The users of each image, by repository (`ghcr.io/acme/shop`) and digest. */
export type ImageUsers = ReadonlyMap<string, ReadonlyMap<Digest, readonly ImageUser[]>>

/**
 * Reads the archived releases of every host of an environment. Throws the errors of connecting and reading: a host that does
 * not answer must not look like one that uses no images.
 */
export async function findImageUsers({ config }: EnvironmentInput, context: CliContext): Promise<ImageUsers> {
  const { name: environment, hosts, path } = config.environment
  await using connected = await connectEach(hosts, context, (runner) =>
    createReleaseArchive({ runner, path }),
  )
  const archives = await Promise.all(connected.hosts.map((archive) => archive.read(1, context.signal)))
  const users = new Map<string, Map<Digest, ImageUser[]>>()
  for (const { releases } of archives) {
    const serving = newestRelease(releases)
    for (const release of releases) {
      const user = {
        environment,
        release: releaseLabel(release.id, release.tag),
        isServing: release === serving,
      }
      for (const image of pinnedImages(release)) {
        const digest = tryParseImageReference(image)?.digest
        if (digest !== undefined) addUser(users, { image, digest, user })
      }
    }
  }
  return users
}

/** Merges the users of several environments. */
export function joinUsers(all: readonly ImageUsers[]): ImageUsers {
  const joined = new Map<string, Map<Digest, ImageUser[]>>()
  for (const users of all) {
    for (const [image, byDigest] of users)
      for (const [digest, ofDigest] of byDigest)
        for (const user of ofDigest) addUser(joined, { image, digest, user })
  }
  return joined
}

/** The app's own repositories: those in the compose file and in releases that belong to its registry. */
export async function findRepositories(
  { config, values }: EnvironmentInput,
  users: ImageUsers,
): Promise<string[]> {
  const { registry, projectDirectory, environment } = config
  if (registry === undefined) return []
  const named = await readComposeImages(projectDirectory, environment.composeFiles, values.composeVariables)
  const names = [...named.flatMap(repositoryOf), ...users.keys()]
  return [...new Set(names)].filter((name) => name.startsWith(`${registry.host}/${registry.owner}/`)).sort()
}

function addUser(
  users: Map<string, Map<Digest, ImageUser[]>>,
  { image, digest, user }: { image: string; digest: Digest; user: ImageUser },
): void {
  for (const name of repositoryOf(image)) {
    const byDigest = users.get(name) ?? new Map<Digest, ImageUser[]>()
    const there = byDigest.get(digest) ?? []
    const isKnown = there.some((it) => it.environment === user.environment && it.release === user.release)
    if (!isKnown)
      byDigest.set(
        digest,
        [...there, user].sort((a, b) => Number(b.isServing) - Number(a.isServing)),
      )
    users.set(name, byDigest)
  }
}

function repositoryOf(image: string): string[] {
  const reference = tryParseImageReference(image)
  return reference === undefined ? [] : [`${reference.registry}/${reference.repository}`]
}
