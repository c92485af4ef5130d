/** What the page receives from the server that `dray ui` runs: the data of `--json`, as in docs/json-output.md. */
import type { Failure } from '../../deploy/model/events.ts'
import type { Deployer } from '../../deploy/model/release.ts'
import type { Attempt } from '../../deploy/releases/history.ts'
import type { TaskAttempt } from '../../deploy/tasks/task-history.ts'
import type { FileDiff } from '../../operations/diff/compare-files.ts'
import type { ReleaseDiff } from '../../operations/diff/compare-sides.ts'
import type { EnvironmentStatus } from '../../operations/status/status.ts'

/** The event `overview`: every environment of dray.yml, in its order. */
export type Overview = {
  app: string
  environments: readonly EnvironmentView[]
}

export type EnvironmentView = {
  environment: string
  /** Undefined until it was read for the first time. */
  status: EnvironmentStatus | undefined
  /** The last status of each host that answered, by its name, with the time; for a host that does not answer now. */
  lastKnown: Readonly<Record<string, { readAtMs: number; status: EnvironmentStatus['hosts'][number] }>>
  /** The last deploy or rollback of each host, by its name. */
  lastAttempts: Readonly<Record<string, Attempt>>
  /** When the status was read: milliseconds since the epoch. */
  readAtMs: number | undefined
}

/** The answer to `api/timeline?environment=`: one per host that answers. */
export type Timeline = { hosts: readonly (HostTimeline | { host: string; failure: Failure })[] }

export type HostTimeline = { host: string; attempts: readonly Attempt[]; tasks: readonly TaskAttempt[] }

/** The answer to `api/release?environment=&host=&release=`. */
export type ReleaseView = {
  release: string
  tag: string | undefined
  restores: string | undefined
  createdAtMs: number
  by: Deployer
  images: readonly { service: string; name: string; tag?: string; digest: string; replicas: number }[]
  /** Shipped files, with the SHA-256 of each. */
  files: readonly { path: string; sha256: string }[]
  /** Names of the variables in `.env`. */
  variables: readonly string[]
  /** What changed against the release before; undefined if that is not archived. */
  changes: ReleaseChanges | undefined
}

export type ReleaseChanges = Omit<ReleaseDiff, 'files'> & { files: readonly FileChange[] }

/** A file that differs; the texts of both sides are replaced by a patch. */
export type FileChange =
  Exclude<FileDiff, { kind: 'text' }> | (Pick<FileDiff, 'path' | 'change'> & { kind: 'text'; patch: string })

/** Any answer may be a failure instead. */
export type Answer<T> = T | { failure: Failure }
