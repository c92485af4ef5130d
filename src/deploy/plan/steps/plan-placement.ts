import type { HostPlan, NewStep } from '../plan-host.ts'

/** Places the files of the release that differ on a host. */
export function planPlacement(host: HostPlan): NewStep[] {
  const { observation, files } = host
  if (files.changed.length === 0 && files.removed.length === 0) return []
  const first = host.current === undefined
  return [
    {
      kind: 'place-files',
      host: observation.host,
      cause: first ? 'first release by dray on this host' : changesOf(host),
      changed: files.changed,
      removed: files.removed,
      inPlace: files.inPlace,
      adopt: files.adopt,
    },
  ]
}

function changesOf({ observation, files }: HostPlan): string {
  const differ = `${files.changed.length} of ${observation.files.length} files differ`
  // Of the files that a copy is kept of, those that dray wrote and that were changed are part of the app, too.
  const moved = files.removed.filter((path) => files.adopt.includes(path) && !files.edited.includes(path))
  const gone = files.removed.length - moved.length
  return [
    files.changed.length > 0 ? differ : [],
    gone > 0 ? `${gone} no longer part of the app` : [],
    moved.length > 0 ? `${moved.length} moved to .dray/adopted` : [],
  ]
    .flat()
    .join(', ')
}
