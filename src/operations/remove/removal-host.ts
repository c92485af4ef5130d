import type { Engine } from '../../deploy/model/ports.ts'
import type { PortForwarder } from '../../deploy/model/port-forwarder.ts'
import type { Release } from '../../deploy/model/release.ts'
import type { External } from '../../deploy/model/surroundings.ts'

/** What a removal needs to know of the app's directory. Paths are relative to it. */
export type DirectorySurvey = {
  /** SHA-256 of the files that exist. */
  hashes: ReadonlyMap<string, string>
  /** Those that dray wrote itself, such as the override file; the others are copies of the app's files. */
  written: readonly string[]
  /** `.env` and its copies. */
  envFiles: readonly string[]
  /** Directories of the files that lead out of the app's directory. */
  outside: readonly string[]
  /** Directories that dray's user cannot write. */
  unwritable: readonly string[]
  /** There are copies of files that dray replaced. */
  hasAdopted: boolean
  /** There are other files of dray's in `.dray`. */
  hasRecords: boolean
  /** The directory is a git repository. */
  isCheckout: boolean
  /** Everything directly in the directory. */
  entries: readonly string[]
  /** Other directories whose Compose containers still exist on the host. */
  otherDirectories: readonly { project: string; service: string; path: string }[]
}

/** Removes an app's files. Methods throw PATH_NOT_WRITABLE and HOST_COMMAND_FAILED. */
export interface DirectoryRemoval {
  readonly path: string
  survey(files: readonly string[]): Promise<DirectorySurvey>
  /** Removes the files, directories that are then empty, and dray's records. */
  remove(files: readonly string[]): Promise<void>
}

/** A host with what a removal uses there. */
export type RemovalHost = {
  name: string
  engine: Pick<Engine, 'disk' | 'stop' | 'remove' | 'removeImage'>
  forwarder: Pick<PortForwarder, 'findObstacle' | 'clear'>
  directory: DirectoryRemoval
  /** Its directory is that of the app's files on this machine. */
  isSource: boolean
  /** External networks and volumes of a release; undefined if Compose cannot read its files. */
  readExternals(release: Release): Promise<readonly External[] | undefined>
}
