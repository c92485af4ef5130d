import type { RECORD_FORMAT } from './record-format.ts'

export type JournalEntry = {
  version: typeof RECORD_FORMAT
  at: number
  release: string
  event: string
} & Readonly<Record<string, unknown>>

/** The holder of a lock, with its task, or `removes`, if it is not a deploy; shown when the lock is taken. */
export type LockHolder = {
  user: string
  machine: string
  run?: string
  release?: string
  task?: string
  removes?: boolean
  sinceMs: number
}

/** The lock of one app on one host, held while its connection is open; it also writes the journal. */
export interface Lock extends AsyncDisposable {
  /** Size of the journal when the lock was taken; it includes every earlier deploy. */
  readonly journalBytes: number
  /** Aborts with LOCK_LOST when the connection that holds the lock breaks. */
  readonly lost: AbortSignal
  /** Appends a line to the journal; lines stay in order, and all are there when the lock has been released. */
  journal(entry: JournalEntry): void
  /** Resolves when every line is there, also after the release. Throws DISK_FULL if one could not be written. */
  settled(): Promise<void>
}
