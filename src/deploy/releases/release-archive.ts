import type { BundleFile } from '../model/ports.ts'
import type { JournalEntry } from '../model/lock.ts'
import type { Release } from '../model/release.ts'

/** The archived releases of a host, and its journal. Read-only. */
export interface ReleaseArchive {
  /**
   * Reads the records, and the journal's entries on the last `releases` attempts: start, tasks, failures and end; oldest
   * first. Throws ENV_MISSING, PATH_NOT_WRITABLE and RECORD_UNREADABLE.
   */
  read(releases: number, signal?: AbortSignal): Promise<ArchiveContents>
  /** The recorded files of a release. Throws RECORD_UNREADABLE if they were changed since. */
  files(release: Release, signal?: AbortSignal): Promise<readonly BundleFile[]>
}

export type ArchiveContents = {
  releases: readonly Release[]
  journal: readonly JournalEntry[]
  /** Size of the whole journal: it grows with every deploy. */
  journalBytes: number
  /** Nothing held the app's lock before and after the journal was read. */
  isLockFree?: boolean
}
