import type { Secret } from '../../shared/secrets/secret.ts'
import type { Lock, LockHolder } from '../../deploy/model/lock.ts'
import type { VariableChanges } from './parse-dotenv.ts'

/** Observation of `.env` on a host; never a value. */
export type EnvListing =
  | { isThere: false }
  | {
      isThere: true
      /** Unix permission bits, in octal digits. */
      mode: string
      variables: readonly { name: string; isEmpty: boolean }[]
    }

export type EnvChange = {
  /** `created`: `.env` did not exist before. */
  outcome: 'created' | 'changed' | 'unchanged'
  /** Name of the backup of the old file, in the app's directory. */
  backup?: string
}

/** Text of `.env` for a user to edit. */
export type EnvText = {
  text: Secret
  /** SHA-256 of the file; undefined if it does not exist. */
  hash: string | undefined
}

/** Ways to change `.env`. */
export interface EnvWriter<Result = EnvChange> {
  /** Sets the lines of a variable, replacing existing ones. A new file is readable by its owner only. */
  set(name: string, lines: Secret, by: LockHolder): Promise<Result>
  unset(name: string, by: LockHolder): Promise<Result>
  /**
   * Replaces the file that `read` returned. Throws ENV_CHANGED if it has changed since then, and ENV_INVALID if Compose on
   * the host cannot read the new one.
   */
  replace(
    request: { text: Secret; expectedHash: string | undefined; changes: VariableChanges },
    by: LockHolder,
  ): Promise<Result>
}

/**
 * `.env` in the app's directory on a host. Changes are made under the app's lock, are atomic, preserve mode and owner, keep
 * a backup of the old file, and are recorded in the journal by name. Methods throw PATH_NOT_WRITABLE, ENV_UNREADABLE and
 * DISK_FULL; those that write also throw LOCK_HELD.
 */
export interface EnvStore extends EnvWriter {
  readonly host: string
  readonly path: string
  /** Also throws ENV_INVALID for a file with zero bytes. */
  list(): Promise<EnvListing>
  /** The whole file. Throws ENV_UNREADABLE if it is not UTF-8. */
  read(): Promise<EnvText>
  /**
   * A copy of an earlier file, by its name or the newest. Throws ENV_COPY_UNKNOWN with the names of all, and ENV_UNREADABLE if it
   * is not UTF-8.
   */
  readCopy(name: string | undefined): Promise<{ name: string; text: Secret }>
  /** Takes the app's lock for several changes, without waiting beyond `waitMs`; see `underLock`. */
  lock(holder: LockHolder, options: { waitMs: number; signal?: AbortSignal }): Promise<Lock>
  /** For the holder of the lock. Throws LOCK_LOST if the lock is gone: then nothing is written. */
  underLock: LockedEnv
}

/** What a change would do. Hashes are SHA-256 of the file, or `none` without one. */
export type EnvCheck = {
  hashBefore: string
  /** The same as `hashBefore` if the change would change nothing. */
  hashAfter: string
}

/** `.env` of a host whose lock this process holds. */
export interface LockedEnv {
  /** Does all that a change does except for the last move: what it throws, the change would. */
  check: EnvWriter<EnvCheck>
  /** Removes no copy of an older file, so that a change that is taken back costs none: see `dropOldCopies`. */
  write: EnvWriter
  /** SHA-256 of the file as it is now, or `none` without one. */
  hash(): Promise<string>
  /** Puts the file back that `change` replaced, and removes its copy. Throws ENV_CHANGED if the file is not that of the change. */
  takeBack(done: { change: EnvChange; check: EnvCheck; names: ChangedNames }, by: LockHolder): Promise<void>
  /** Removes all copies but the newest ones, as a change without `underLock` does. */
  dropOldCopies(): Promise<void>
}

/** Names of the variables of a change, for the journal. */
export type ChangedNames = { set: readonly string[]; removed: readonly string[] }
