import type { Secret } from '../../shared/secret.ts'
import type { LockHolder } from '../../deploy/model/ports.ts'
import type { VariableChanges } from './parse-dotenv.ts'

/** What `.env` on a host says of itself; never a value. */
export type EnvListing =
  | { isThere: false }
  | {
      isThere: true
      /** Unix permission bits, in octal digits. */
      mode: string
      variables: readonly { name: string; isEmpty: boolean }[]
    }

export type EnvChange = {
  /** `created`: there was no `.env` before. */
  outcome: 'created' | 'changed' | 'unchanged'
  /** Name of the copy of the old file, in the app's directory. */
  backup?: string
}

/** `.env` as a person edits it. */
export type EnvText = {
  text: Secret
  /** SHA-256 of the file; undefined when there is none. */
  hash: string | undefined
}

/**
 * `.env` in the app's directory on a host. Changes are made under the app's lock, all or nothing, keep mode and owner, keep a
 * copy of the old file, and are noted in the journal by name. Methods throw PATH_NOT_WRITABLE, ENV_UNREADABLE, DISK_FULL; those
 * that change something also LOCK_HELD.
 */
export interface EnvStore {
  readonly host: string
  readonly path: string
  list(): Promise<EnvListing>
  /** Gives a variable its lines, in place of those it has. Makes a file that only its owner may read where there is none. */
  set(name: string, lines: Secret, by: LockHolder): Promise<EnvChange>
  unset(name: string, by: LockHolder): Promise<EnvChange>
  /** The whole file. Throws ENV_UNREADABLE for one that is not UTF-8. */
  read(): Promise<EnvText>
  /**
   * Puts a whole file in place of the one that `read` gave. Throws ENV_CHANGED when it is not that any more, and
   * ENV_INVALID when Compose there cannot read the new one.
   */
  replace(
    request: { text: Secret; expectedHash: string | undefined; changes: VariableChanges },
    by: LockHolder,
  ): Promise<EnvChange>
}
