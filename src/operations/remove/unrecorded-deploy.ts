import type { JournalEntry } from '../../deploy/model/lock.ts'

/** A deploy that failed or was interrupted before a release was recorded, as a removal needs to know it. */
export type UnrecordedDeploy = {
  isUnrecorded: true
  /** Its Compose project; empty if the journal does not name it, as before a deploy began. */
  project: string
  services: Readonly<Record<string, unknown>>
  /** Its files were removed when it failed, or when the lock was taken. */
  files: Readonly<Record<string, never>>
}

/** The last deploy of the journal of a host that has no release. */
export function findUnrecorded(journal: readonly JournalEntry[]): UnrecordedDeploy {
  const started = journal.findLast(({ event }) => event === 'deploy.started')
  const project = started?.['project']
  const images = started?.['images']
  return {
    isUnrecorded: true,
    project: typeof project === 'string' ? project : '',
    services: typeof images === 'object' && images !== null ? { ...images } : {},
    files: {},
  }
}
