import type { FileSystem } from '../../deploy/model/file-system.ts'
import type { Container } from '../../deploy/model/container.ts'
import type { Failure } from '../../deploy/model/events.ts'
import type { LockHolder } from '../../deploy/model/lock.ts'
import type { Release } from '../../deploy/model/release.ts'
import type { StackView } from '../../deploy/swarm/judge-tasks.ts'
import type { InterruptedDeploy, UrlStatus } from './status.ts'

/** A container, with the fields needed to judge its state and origin. */
export type SeenContainer = Pick<
  Container,
  | 'id'
  | 'name'
  | 'service'
  | 'oneOff'
  | 'standIn'
  | 'imageName'
  | 'configHash'
  | 'state'
  | 'exitCode'
  | 'outOfMemory'
  | 'restartCount'
  | 'startedAtMs'
  | 'health'
> & {
  /** Its Compose project; undefined if Compose did not create it. */
  project: string | undefined
  /** Restart policy: always, only after a failure, or never. */
  restarts: 'always' | 'on-failure' | 'never'
}

/** What the managers of a swarm say of the app's stack; or why they say nothing: it has no leader. */
export type SeenStack = { view: StackView } | { failure: Failure }

/** Everything read from one host about one app. */
export type StatusObservation = {
  /** The host's clock, in milliseconds since the epoch. */
  nowMs: number
  /** The newest recorded release; undefined if dray has not deployed yet. */
  release: Release | undefined
  /** SHA-256 by path of the release's files that exist. */
  fileHashes: ReadonlyMap<string, string>
  /** Names of the variables in `.env`; undefined if it is missing or not readable. */
  variables: readonly string[] | undefined
  /** Containers of the app's Compose project, and others connected to its networks; not looked at with Swarm. */
  containers: readonly SeenContainer[]
  /** With Swarm. */
  stack?: SeenStack
  /** Empty before the first release. */
  urls: readonly UrlStatus[]
  fileSystems: readonly FileSystem[]
  /** Size of the journal: it grows with every deploy, also with one that fails. */
  journalBytes: number
  /** Its hook `leave` ran, and `join`, which dray.yml has, has not succeeded since. */
  isOut?: true
  /** The last deploy has no end, and began to place files; of a deploy that runs, too. */
  interrupted?: InterruptedDeploy
  /** A sentence: the server answers, and has no directory of the app, perhaps not even Docker. */
  notSetUp?: string
  /** Present while the app's lock is held; with the holder, if readable. */
  lock: { holder: LockHolder | undefined } | undefined
}
