import type { PromotedImage } from '../../build/choose-promoted.ts'
import type { PlannedImage } from '../../build/plan-build.ts'
import type { DeployEvent, Failure } from '../../deploy/model/events.ts'
import type { Digest } from '../../deploy/model/image-reference.ts'
import type { Attempt } from '../../deploy/releases/history.ts'
import type { ReleaseContents } from '../../deploy/releases/release-contents.ts'
import type { NamedTask, TaskEvent } from '../../deploy/tasks/task-by-hand.ts'
import type { TaskAttempt } from '../../deploy/tasks/task-history.ts'
import type { FileDiff } from '../../operations/diff/compare-files.ts'
import type { ReleaseDiff } from '../../operations/diff/compare-sides.ts'
import type { Cleaned } from '../../operations/disk/clean.ts'
import type { DiskReport } from '../../operations/disk/disk-report.ts'
import type { HostCheckup } from '../../operations/doctor/checkup.ts'
import type { EnvChange } from '../../operations/env/ports.ts'
import type { VariableReview } from '../../operations/env/review-variables.ts'
import type { PackageVersion } from '../../operations/images/package-version.ts'
import type { MissingLines } from '../../operations/logs/read-stack-logs.ts'
import type { RemovalPlan } from '../../operations/remove/removal-plan.ts'
import type { SecretRow } from '../../operations/secrets/make-matrix.ts'
import type { SetupAction } from '../../operations/setup/setup-plan.ts'
import type { EnvironmentStatus } from '../../operations/status/status.ts'
import type { CheckSummary } from '../../ui/render/results/render-findings.ts'
import type { ListedImage } from '../../ui/render/results/render-images.ts'
import type { FindingCounts, ShownFinding } from '../../ui/render/results/shown-finding.ts'
import type { PlannedFile } from '../../scaffold/plan-files.ts'

/**
 * A line of `--json`. Ignore types and fields that you do not know: new ones may come at any time with the same `version`.
 * A field whose type includes `undefined` is absent if it has no value. docs/json-output.md describes every field.
 */
export type JsonLine = Printed<JsonResult | DeployEvent>

/** A type of line: `deploy.finished`, `status`. */
export type JsonLineType = JsonLine['type']

/**
 * The lines of one type: `JsonLineOf<'deploy.finished'>`.
 * @public for users of `dray/json`
 */
export type JsonLineOf<Type extends JsonLineType> = Extract<JsonLine, { type: Type }>

type Printed<Line> = Line extends { type: infer Type }
  ? {
      version: 1
      type: Type
      /** Time of the event as ISO 8601 in UTC with milliseconds. */
      time: string
    } & Omit<Line, 'type' | 'at'>
  : never

type OfEnvironment = { environment: string }
/** With `engine: swarm`, unless one host was asked for: the nodes that dray did not reach. */
type OfSwarm = { unreadNodes?: readonly string[] }
type OnHost = OfEnvironment & { host: string }

/** What a command that does not deploy prints with `--json`; the output adds version and time. */
export type JsonResult =
  | ({ type: 'build.finished'; tag: string | undefined; pushed: boolean } & OfEnvironment & {
        images: readonly (Omit<PlannedImage, 'target'> & { service: string; digest?: Digest })[]
      })
  | { type: 'promote.finished'; from: string; to: string; tag: string; images: readonly PromotedImage[] }
  | ({ type: 'gate'; path: string; hosts: readonly string[] } & OfEnvironment)
  | ({ type: 'status' } & EnvironmentStatus)
  | ({ type: 'history.attempt' } & Partial<AttemptSteps> & HistoryEntry<Omit<Attempt, keyof AttemptSteps>>)
  | ({ type: 'history.task' } & HistoryEntry<TaskAttempt>)
  | { type: 'history.unread'; host: string; failure: Failure }
  | ({ type: 'history.release'; host: string } & ReleaseContents)
  | { type: 'ui.started'; url: string }
  | ({ type: 'diff'; isDifferent: boolean; files: readonly PrintedFileDiff[] } & OnHost &
      Omit<ReleaseDiff, 'files'>)
  | ({ type: 'disk' } & OfEnvironment & OfSwarm & DiskReport)
  | ({ type: 'secret' } & SecretRow)
  | ({ type: 'image'; repository: string } & ListedImage)
  | ({ type: 'images.version'; repository: string; isRetained: boolean; reason?: string } & PackageVersion)
  | { type: 'images.pruned'; isDeleting: boolean; deleted: number; refused: number; removable: number }
  | LogResult
  | ({ type: 'clean'; isDryRun: boolean } & OfEnvironment & OfSwarm & Cleaned)
  | ({ type: 'remove'; isDryRun: boolean; entries?: readonly string[] } & OfEnvironment & RemovalPlan)
  | ({
      type: 'env.listed'
      path: string
      mode: string | undefined
      variables: readonly VariableReview[]
    } & OnHost)
  | ({ type: 'env.changed'; set: readonly string[]; removed: readonly string[] } & OnHost & EnvChange)
  | ({ type: 'task.listed'; task: string } & Omit<NamedTask, 'name'>)
  | TaskResult<TaskEvent>
  | ({ type: 'check.finding' } & ShownFinding)
  | ({ type: 'check.finished' } & FindingCounts & CheckSummary)
  | ({
      type: 'doctor'
      tag: string | undefined
      ready: boolean
      hosts: readonly HostCheckup[]
    } & OfEnvironment)
  | {
      type: 'init.finished'
      files: readonly (Pick<PlannedFile, 'path' | 'state'> & { written: boolean })[]
      remaining: readonly string[]
    }
  | {
      type: 'version.checked'
      current: string
      newest: string
      isNewest: boolean
      command: string | undefined
    }
  | { type: 'upgrade.finished'; from: string; to: string; changed: boolean }
  | ({ type: 'setup'; stage: 'planned' | 'done'; hosts: readonly SetupHost[] } & OfEnvironment)

type AttemptSteps = Pick<Attempt, 'steps' | 'plan' | 'samples'>

type HistoryEntry<Entry> = {
  host: string
  /** ISO 8601 in UTC. */
  startedAt: string
} & Omit<Entry, 'startedAtMs'>

/** As FileDiff, with a unified diff in place of the texts. */
type PrintedFileDiff =
  | Exclude<FileDiff, { kind: 'text' }>
  | (Pick<FileDiff, 'path' | 'change'> & { kind: 'text'; patch: string | undefined })

type SetupHost = {
  host: string
  actions: readonly { kind: SetupAction['kind']; title: string; cause: string }[]
  remaining: readonly string[]
}

type LogResult =
  | ({ type: 'log.line'; stream: 'stdout' | 'stderr'; line: string } & OfContainer)
  | ({
      type: 'log.container'
      change: 'started' | 'ended' | 'stopped' | 'unreadable'
      exitCode?: number | undefined
      /** ISO 8601 in UTC. */
      endedAt?: string
    } & OfContainer)
  | { type: 'log.absent'; host: string; project: string }
  | { type: 'log.missing'; node: string; containers: readonly string[]; reason: MissingLines['reason'] }

/** `node`: with `engine: swarm`. */
type OfContainer = { host: string; service: string; container: string; node?: string }

type TaskResult<Event> = Event extends { at: number } ? Omit<Event, 'at'> : never
