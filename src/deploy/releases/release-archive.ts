import type { BundleFile, JournalEntry } from '../model/ports.ts'
import type { Release } from '../model/release.ts'

/** The releases that a host keeps, and what its journal says of earlier ones. Changes nothing there. */
export interface ReleaseArchive {
  /**
   * Reads the records, and of the journal what concerns the last `releases` attempts: their beginning, their tasks, what
   * failed, their end; oldest first. Throws ENV_MISSING, PATH_NOT_WRITABLE and RECORD_UNREADABLE.
   */
  read(releases: number, signal?: AbortSignal): Promise<ArchiveContents>
  /** The files of a release as they were recorded. Throws RECORD_UNREADABLE when they are not those any more. */
  files(release: Release, signal?: AbortSignal): Promise<readonly BundleFile[]>
}

export type ArchiveContents = {
  releases: readonly Release[]
  journal: readonly JournalEntry[]
  /** Length of the whole journal: it grows with every deploy. */
  journalBytes: number
}
