import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { Release } from '../model/release.ts'
import { someNames } from '../model/some-names.ts'

/** What is known of the files on a host. */
type FileObservation = Pick<HostObservation, 'host' | 'directory' | 'fileHashes' | 'files'>

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
 * The files to write and remove in the app's directory. Throws FILE_NOT_OURS if an existing file was not written by dray and
 * differs, or would be read by Compose before or beside a shipped one, unless it may be adopted: it is then replaced or removed.
 */
export function findChangedFiles(
  observation: FileObservation,
  desired: DesiredRelease,
  current: Release | undefined,
): FileChanges {
  const there = observation.fileHashes
  const shipped = current?.files ?? {}
  const changed = observation.files
    .filter((file) => there.get(file.path) !== file.sha256)
    .map(({ path }) => path)
  const foreign = changed.filter((path) => there.has(path) && shipped[path] === undefined)
  const wanted = new Set(observation.files.map((file) => file.path))
  const shadowing = findShadowing(observation, new Set([...wanted, ...Object.keys(shipped)]))
  if (foreign.length + shadowing.length > 0 && !desired.adopt)
    refuseForeign(observation.host, foreign, shadowing)
  const removed = Object.keys(shipped).filter((path) => !wanted.has(path) && there.has(path))
  const mountedAlone = new Set(
    observation.directory.app.services.flatMap((service) => service.mounts.map(({ path }) => path)),
  )
  const edited = [...changed, ...removed].filter(
    (path) => there.has(path) && shipped[path] !== undefined && there.get(path) !== shipped[path],
  )
  return {
    changed,
    removed: [...removed, ...shadowing.map(({ path }) => path)],
    inPlace: changed.filter((path) => mountedAlone.has(path) && there.has(path)),
    adopt: [...foreign, ...edited, ...shadowing.map(({ path }) => path)],
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

/** A file not written by dray that Compose would read instead of a shipped one; on top of all of them if undefined. */
type Shadowing = { path: string; shipped: string | undefined }

function findShadowing({ fileHashes }: FileObservation, ours: ReadonlySet<string>): Shadowing[] {
  return COMPOSE_NAMES.flatMap((names) => {
    const first = names.findIndex((name) => ours.has(name))
    const shipped = names[first]
    return (shipped === undefined ? names : names.slice(0, first))
      .filter((path) => fileHashes.has(path) && !ours.has(path))
      .map((path) => ({ path, shipped }))
  })
}

function refuseForeign(host: string, foreign: readonly string[], shadowing: readonly Shadowing[]): never {
  const sentences = [
    ...(foreign.length === 0
      ? []
      : [`${host} already has ${someNames(foreign)}: not written by dray, and with different content.`]),
    ...shadowing.map(({ path, shipped }) => {
      const effect =
        shipped === undefined ? "on top of dray's files" : `instead of ${shipped}, which dray ships`
      return `${host} has ${path}, which Compose would read ${effect}.`
    }),
  ]
  const several = shadowing.some(({ shipped }) => shipped === undefined)
    ? ' Several compose files get other names on the server, and a main one that includes them.'
    : ''
  throw new DrayError('FILE_NOT_OURS', sentences.join(' '), {
    details: { problems: [...foreign, ...shadowing.map(({ path }) => path)] },
    ...(shadowing.length > 0 && {
      hint: `Read the files, then use \`--adopt\`: dray replaces or removes them, and keeps them in \`.dray/adopted/\`.${several}`,
    }),
  })
}
