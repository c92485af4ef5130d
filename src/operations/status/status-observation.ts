import type { FileSystem } from '../../deploy/model/file-system.ts'
import type { Container, LockHolder } from '../../deploy/model/ports.ts'
import type { Release } from '../../deploy/model/release.ts'

/** A container as its state and origin are judged by. */
export type SeenContainer = Pick<
  Container,
  | 'id'
  | 'name'
  | 'service'
  | 'oneOff'
  | 'imageName'
  | 'configHash'
  | 'state'
  | 'exitCode'
  | 'outOfMemory'
  | 'restartCount'
  | 'startedAtMs'
  | 'health'
> & {
  /** Its Compose project; undefined for one that Compose did not make. */
  project: string | undefined
  /** Docker starts it again when it ends: always, only after a failure, or never. */
  restarts: 'always' | 'on-failure' | 'never'
}

/** All that one host says of one app in one answer; nothing is judged yet. */
export type StatusObservation = {
  /** The host's own clock, in milliseconds since the epoch. */
  nowMs: number
  /** The newest release on record; undefined where dray has deployed nothing yet. */
  release: Release | undefined
  /** SHA-256 of those files of the release that are there, by path. */
  fileHashes: ReadonlyMap<string, string>
  /** Names of the variables in `.env`; undefined where there is none that can be read. */
  variables: readonly string[] | undefined
  /** Of the app's Compose project, and those that others put into its networks. */
  containers: readonly SeenContainer[]
  fileSystems: readonly FileSystem[]
  /** Present while somebody holds the app's lock; who, where that can be read. */
  lock: { holder: LockHolder | undefined } | undefined
}
