import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { Release } from '../model/release.ts'
import { someNames } from '../model/some-names.ts'

export type FileChanges = {
  changed: readonly string[]
  removed: readonly string[]
  /** Files mounted by themselves, which are written into instead of replaced. */
  inPlace: readonly string[]
  /** Foreign files that are replaced because the person said so. */
  adopt: readonly string[]
}

/**
 * What has to be written and removed in the app's directory. Throws FILE_NOT_OURS when a file that is there was not put
 * there by dray and differs, unless it may be adopted.
 */
export function findChangedFiles(
  observation: HostObservation,
  desired: DesiredRelease,
  current: Release | undefined,
): FileChanges {
  const there = observation.fileHashes
  const shipped = current?.files ?? {}
  const changed = observation.files
    .filter((file) => there.get(file.path) !== file.sha256)
    .map(({ path }) => path)
  const foreign = changed.filter((path) => there.has(path) && shipped[path] === undefined)
  if (foreign.length > 0 && !desired.adopt) {
    throw new DrayError(
      'FILE_NOT_OURS',
      `${observation.host} already has ${someNames(foreign)}, which dray did not put there and whose content differs.`,
      { details: { problems: foreign } },
    )
  }
  const wanted = new Set(observation.files.map((file) => file.path))
  refuseShadowing(observation, new Set([...wanted, ...Object.keys(shipped)]))
  const removed = Object.keys(shipped).filter((path) => !wanted.has(path) && there.has(path))
  const mountedAlone = new Set(
    observation.directory.app.services.flatMap((service) => service.mounts.map(({ path }) => path)),
  )
  return {
    changed,
    removed,
    inPlace: changed.filter((path) => mountedAlone.has(path) && there.has(path)),
    adopt: foreign,
  }
}

/** The names by which Compose finds its files by itself, in its order; of each list it takes the first that is there. */
const COMPOSE_NAMES = [
  ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  [
    'compose.override.yml',
    'compose.override.yaml',
    'docker-compose.override.yml',
    'docker-compose.override.yaml',
  ],
] as const

/** Files that would matter on the host even if dray does not ship them. */
export const composeNames: readonly string[] = COMPOSE_NAMES.flat()

/** A foreign file that Compose would read instead of the one that is shipped. */
function refuseShadowing({ host, fileHashes }: HostObservation, ours: ReadonlySet<string>): void {
  for (const names of COMPOSE_NAMES) {
    const first = names.findIndex((name) => ours.has(name))
    const other = names.find((name, index) => fileHashes.has(name) && !ours.has(name) && index < first)
    const shipped = names[first]
    if (other === undefined || shipped === undefined) continue
    throw new DrayError(
      'FILE_NOT_OURS',
      `${host} has ${other}, which Compose would read there instead of ${shipped}, which dray ships.`,
      { hint: `Move it away on the server if it is not needed any more: \`mv ${other} ${other}.old\`.` },
    )
  }
}
