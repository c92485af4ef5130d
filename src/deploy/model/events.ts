import type { ErrorDetails } from '../../errors/dray-error.ts'
import type { HookMoment } from './hooks.ts'
import type { Plan, StepKind } from './plan.ts'

export type StepOutcome = 'done' | 'nothing-to-do' | 'failed' | 'cancelled'

/** What one deploy's probes saw. Times are of successful requests. */
export type ProbeReport = {
  url: string
  requests: number
  failures: number
  medianMs: number
  p99Ms: number
  /** The first few failures: when (since the first probe) and what. */
  firstFailures: readonly { atMs: number; what: string }[]
}

/** Whether a release is made, or a kept one put in place again, by the same steps. */
export type ReleaseKind = 'deploy' | 'rollback'

/** What a deploy tells while it works. Reporters in `ui/` draw it; `at` is milliseconds since the epoch. */
export type DeployEvent =
  | {
      type: 'deploy.started'
      at: number
      kind: ReleaseKind
      app: string
      environment: string
      hosts: readonly string[]
      tag: string | undefined
    }
  /** A phase before there is a plan (`connect`, `observe`), or anything else worth a line. */
  | { type: 'note'; at: number; level: 'info' | 'warning'; text: string; hint?: string }
  | { type: 'plan.made'; at: number; plan: Plan }
  | {
      type: 'step.started'
      at: number
      stepId: number
      kind: StepKind
      host: string
      title: string
      cause: string
    }
  /** Bytes, or a short text such as `3 of 5 checks`. */
  | {
      type: 'step.progressed'
      at: number
      stepId: number
      doneBytes?: number
      totalBytes?: number
      text?: string
    }
  /** A line of the output of a task or a command. */
  | { type: 'step.printed'; at: number; stepId: number; line: string }
  | {
      type: 'step.finished'
      at: number
      stepId: number
      outcome: StepOutcome
      durationMs: number
      /** What it did, in a few words: `pulled 12.3 MB`, `healthy after 1.6 s`. */
      result?: string
    }
  | { type: 'hook.started'; at: number; hook: HookMoment; argv: readonly string[] }
  | { type: 'hook.printed'; at: number; hook: HookMoment; line: string }
  | {
      type: 'hook.finished'
      at: number
      hook: HookMoment
      outcome: 'done' | 'failed' | 'cancelled'
      /** Absent when it did not end by itself. */
      exitCode?: number
      durationMs: number
    }
  /** How the probing stands, about once a second. */
  | { type: 'probe.sampled'; at: number; requests: number; failures: number }
  | { type: 'probe.finished'; at: number; report: ProbeReport }
  | { type: 'undo.started'; at: number; reason: string }
  | {
      type: 'deploy.finished'
      at: number
      kind: ReleaseKind
      outcome: 'deployed' | 'unchanged' | 'failed' | 'cancelled'
      app: string
      environment: string
      release: string
      /** Of a rollback: the release that was to be in place again, and what was left as it is. */
      restores?: Plan['restores']
      notUndone?: readonly string[]
      /** Release that serves now; undefined when nothing does. */
      serving: string | undefined
      durationMs: number
      images: readonly { service: string; name: string; tag?: string; digest: string }[]
    }
  | { type: 'failed'; at: number; failure: Failure }

/** A failure as it is told: what, why, the last log lines, what serves now and what was undone, the next command. */
export type Failure = {
  code: string
  title: string
  message: string
  hint: string
  exitCode: number
  details: ErrorDetails
  /** One sentence: what serves now. */
  serving?: string
  /** What was undone, a line each. */
  undone?: readonly string[]
  /** What was not undone, such as a migration. */
  notUndone?: readonly string[]
}

export type EventSink = (event: DeployEvent) => void
