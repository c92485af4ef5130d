import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { Release } from '../model/release.ts'
import { someNames } from '../model/some-names.ts'

export type FileChanges = {
  changed: readonly string[]
  removed: readonly string[]
  /** Files that are mounted individually, and so overwritten rather than replaced. */
  inPlace: readonly string[]
  /** Files that dray did not write as they are; a copy of each is kept. */
  adopt: readonly string[]
  /** Those that dray wrote, and that differ from the current release. */
  edited: readonly string[]
}

/**
 * The files to write and remove in the app's directory. Throws FILE_NOT_OURS if an existing file differs and was not
 * written by dray, unless it may be adopted.
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
      `${observation.host} already has ${someNames(foreign)}: not written by dray, and with different content.`,
      { details: { problems: foreign } },
    )
  }
  const wanted = new Set(observation.files.map((file) => file.path))
  refuseShadowing(observation, new Set([...wanted, ...Object.keys(shipped)]))
  const removed = Object.keys(shipped).filter((path) => !wanted.has(path) && there.has(path))
  const mountedAlone = new Set(
    observation.directory.app.services.flatMap((service) => service.mounts.map(({ path }) => path)),
  )
  const edited = [...changed, ...removed].filter(
    (path) => there.has(path) && shipped[path] !== undefined && there.get(path) !== shipped[path],
  )
  return {
    changed,
    removed,
    inPlace: changed.filter((path) => mountedAlone.has(path) && there.has(path)),
    adopt: [...foreign, ...edited],
    edited,
  }
}

/** File names that Compose looks for, in its order; it uses the first of each list that exists. */
const COMPOSE_NAMES = [
  ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  [
    'compose.override.yml',
    'compose.override.yaml',
    'docker-compose.override.yml',
    'docker-compose.override.yaml',
  ],
] as const

/** File names to check on the host even if dray does not ship them. */
export const composeNames: readonly string[] = COMPOSE_NAMES.flat()

/** Refuses a file not written by dray that Compose would read instead of a shipped one. */
function refuseShadowing({ host, fileHashes }: HostObservation, ours: ReadonlySet<string>): void {
  for (const names of COMPOSE_NAMES) {
    const first = names.findIndex((name) => ours.has(name))
    const read = first === -1 ? names : names.slice(0, first)
    const other = read.find((name) => fileHashes.has(name) && !ours.has(name))
    if (other === undefined) continue
    const shipped = names[first]
    const effect =
      shipped === undefined ? "on top of dray's files" : `instead of ${shipped}, which dray ships`
    throw new DrayError('FILE_NOT_OURS', `${host} has ${other}, which Compose would read ${effect}.`, {
      hint: `If it is no longer needed, rename it on the server: \`mv ${other} ${other}.old\`.`,
    })
  }
}
