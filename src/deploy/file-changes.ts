import { DrayError } from '../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from './observation.ts'
import type { Release } from './release.ts'

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
export const changedFiles = (
  observation: HostObservation,
  desired: DesiredRelease,
  current: Release | undefined,
): FileChanges => {
  const there = observation.fileHashes
  const shipped = current?.files ?? {}
  const changed = observation.files
    .filter((file) => there.get(file.path) !== file.sha256)
    .map(({ path }) => path)
  const foreign = changed.filter((path) => there.has(path) && shipped[path] === undefined)
  if (foreign.length > 0 && !desired.adopt) {
    throw new DrayError(
      'FILE_NOT_OURS',
      `${observation.host} already has ${foreign.join(', ')}, which dray did not put there and whose content differs.`,
      { details: { problems: foreign } },
    )
  }
  const wanted = new Set(observation.files.map((file) => file.path))
  const removed = Object.keys(shipped).filter((path) => !wanted.has(path) && there.has(path))
  const mountedAlone = new Set(
    observation.facts.app.services.flatMap((service) => service.mounts.map(({ path }) => path)),
  )
  return {
    changed,
    removed,
    inPlace: changed.filter((path) => mountedAlone.has(path) && there.has(path)),
    adopt: foreign,
  }
}
