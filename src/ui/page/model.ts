/** What the page receives from the server that `dray ui` runs: the data of `--json`, as in docs/json-output.md. */
import type { Failure } from '../../deploy/model/events.ts'
import type { Attempt } from '../../deploy/releases/history.ts'
import type { ReleaseContents } from '../../deploy/releases/release-contents.ts'
import type { TaskAttempt } from '../../deploy/tasks/task-history.ts'
import type { FileDiff } from '../../operations/diff/compare-files.ts'
import type { ReleaseDiff } from '../../operations/diff/compare-sides.ts'
import type { Cleaned } from '../../operations/disk/clean.ts'
import type { DiskReport } from '../../operations/disk/disk-report.ts'
import type { HostCheckup } from '../../operations/doctor/checkup.ts'
import type { ContainerUsage } from '../../operations/status/container-usage.ts'
import type { EnvironmentStatus } from '../../operations/status/status.ts'
import type { CheckSummary } from '../render/results/render-findings.ts'
import type { HostVariables } from '../render/results/render-variables.ts'
import type { ShownFinding } from '../render/results/shown-finding.ts'

/**
 * A status that was read longer ago than this is no longer present: three times the longest time between two looks at a host that
 * answers.
 */
export const STALE_MS = 30_000

/** Time between two looks at a host during a deploy. */
export const DEPLOYING_PACE_MS = 3_000

/**
 * After a break, the log of a host is read again from this long before its last line; the page drops the lines that it has. The
 * clock is the host's.
 */
export const LOG_OVERLAP_MS = 2_000

/** The event `overview`: every environment of dray.yml, in its order. */
export type Overview = {
  app: string
  /** Started with `--write`: the page offers actions. */
  mayWrite: boolean
  environments: readonly EnvironmentView[]
  /** When this was sent, on the clock of all times in it that say when dray read something: that of the machine that runs dray. */
  nowMs: number
}

export type EnvironmentView = {
  environment: string
  /** Of the hosts that were read; undefined until one was. */
  status: EnvironmentStatus | undefined
  /** Hosts that were not read yet. */
  reading: readonly string[]
  /** The last status of each host that answered, by its name, with the time; for a host that does not answer now. */
  lastKnown: Readonly<Record<string, { readAtMs: number; status: EnvironmentStatus['hosts'][number] }>>
  /** The last deploy or rollback of each host, by its name. */
  lastAttempts: Readonly<Record<string, Attempt>>
  /** Size of the journal of each host that answered, by its name: it differs when there is something new to read. */
  journalBytes: Readonly<Record<string, number>>
  /** When the host whose status is the oldest was read: milliseconds since the epoch. */
  readAtMs: number | undefined
}

/** The answer to `api/timeline?environment=`: one per host that answers. */
export type Timeline = { hosts: readonly (HostTimeline | { host: string; failure: Failure })[] }

export type HostTimeline = { host: string; attempts: readonly Attempt[]; tasks: readonly TaskAttempt[] }

/** The answer to `api/live?environment=`: the last deploy or rollback of each host, which may be under way. */
export type LiveDeploy = { hosts: readonly LiveHost[] }

export type LiveHost = {
  host: string
  /** Whether the journal was read; without an attempt it has none. */
  isRead: boolean
  attempt?: Attempt | undefined
  /** Time since the journal last grew while it was followed; undefined if it has not. */
  quietMs?: number | undefined
  /** The host does not answer now; the attempt is what is known of it. */
  failure?: Failure
}

/**
 * The answer to `api/logs?environment=&view=&since=&tail=&last=`: the lines since the last question of the same view. `last` is JSON:
 * by host, the time of the last line that the page has.
 */
export type LogAnswer = {
  /** Another one than before: the logs of all hosts were opened again, and their last lines may come a second time. */
  session: string
  /** Hosts that were opened again before these lines: their last lines may come a second time. */
  reopened: readonly string[]
  /** How many hosts the environment has. */
  hosts: number
  /** By the index that lines have; it only grows within a session. */
  containers: readonly { host: string; service: string; name: string }[]
  lines: readonly LogLineView[]
  /** More lines wait. */
  isMore: boolean
  /** Hosts whose logs cannot be read now. */
  failures: readonly { host: string; failure: Failure }[]
}

/** Time in milliseconds since the epoch, index of the container, what it is, and the text. */
export type LogLineView = readonly [atMs: number, container: number, kind: LogKind, text: string]

/** 0: standard output, 1: standard error, 2: what happened to the container. */
export type LogKind = 0 | 1 | 2

/** The answer to `api/release?environment=&host=&release=`. */
export type ReleaseView = ReleaseContents & {
  /** What changed against the release before; undefined if that is not archived. */
  changes: ReleaseChanges | undefined
}

export type ReleaseChanges = Omit<ReleaseDiff, 'files'> & { files: readonly FileChange[] }

/** A file that differs; the texts of both sides are replaced by a patch. */
export type FileChange =
  Exclude<FileDiff, { kind: 'text' }> | (Pick<FileDiff, 'path' | 'change'> & { kind: 'text'; patch: string })

/** The answer to `api/containers?environment=`; `nowMs` is its time, on the clock of `readAtMs`. */
export type ContainersView = { hosts: readonly ContainersHost[]; nowMs: number }

/** Neither containers nor a failure until it was measured for the first time; with both, the containers are the last known. */
export type ContainersHost = {
  host: string
  /** `upMs`: since its start, by the host's clock; absent if it does not run. */
  containers?: readonly (ContainerUsage & { times: ContainerTimes; upMs?: number | undefined })[]
  /** When the containers were measured. */
  readAtMs?: number
  failure?: Failure
}

/** The last ten minutes while the page was open, oldest first. */
export type ContainerTimes = readonly (readonly [
  atMs: number,
  cpuPercent: number | null,
  memoryBytes: number | null,
  health: ContainerUsage['health'],
])[]

/** The answer to `api/disk?environment=`: what takes the space of each host, and what `dray clean` would remove. */
export type DiskView = {
  hosts: readonly { host: string; answer: Answer<{ report: DiskReport; cleaning: Answer<Cleaned> }> }[]
}

/** The answer to `api/checks?environment=`: `dray doctor` for each host, and `dray check` for the repository. */
export type ChecksView = {
  hosts: readonly HostCheckup[]
  /** Whether a deploy would succeed. */
  isReady: boolean
  repository: Answer<{ findings: readonly ShownFinding[]; summary: CheckSummary }>
}

/** The answer to `api/variables?environment=`: names, never a value. */
export type VariablesView = {
  hasExample: boolean
  hosts: readonly { host: string; answer: Answer<HostVariables> }[]
}

/** The answer to `api/rollback?environment=&release=`, with `--write` alone: what a rollback would do. */
export type RollbackView = {
  /** Differs when the plan does; the page sends it back. */
  plan: string
  /** What does the same in a terminal. */
  command: string
  /** `details`: the things that the title counts, the command of a task, the changes of services. */
  steps: readonly { id: number; host: string; title: string; cause: string; details: readonly string[] }[]
  /** Commands that run on the machine that runs dray. */
  hooks: readonly { moment: string; command: string }[]
  warnings: readonly string[]
  notUndone: readonly string[]
  /** The name to type before it begins; undefined if the environment is not production-like. */
  confirmName: string | undefined
}

/** What the page sends to `api/rollback` to begin one; `plan` is that of its view. */
export type RollbackRequest = { environment: string; release: string; confirm: string; plan: string }

/** The answer to that, and to `api/action?environment=`: the last action that was begun from a page. */
export type ActionView = {
  release: string
  state: 'running' | 'done' | 'failed'
  failure?: Failure
}

/** The answers of the server, by question. */
export type PageAnswers = {
  timeline: Answer<Timeline>
  live: Answer<LiveDeploy>
  logs: Answer<LogAnswer>
  containers: Answer<ContainersView>
  disk: Answer<DiskView>
  checks: Answer<ChecksView>
  variables: Answer<VariablesView>
  release: Answer<ReleaseView>
  rollback: Answer<RollbackView>
  action: ActionView | { state: 'none' }
}

/** Any answer may be a failure instead. */
export type Answer<T> = T | { failure: Failure }
