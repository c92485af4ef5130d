import type { ErrorDetails } from '../../errors/dray-error.ts'
import type { HookMoment } from './hooks.ts'
import type { Plan, StepKind } from './plan.ts'

export type StepOutcome = 'done' | 'nothing-to-do' | 'failed' | 'cancelled'

/** A published port that answered nothing, or a service without a healthy container, while a container was exchanged. */
export type Gap = { port?: string; service?: string; gapMs: number }

/** Result of the probe of one deploy. Times are those of successful requests. */
export type ProbeReport = {
  url: string
  requests: number
  failures: number
  /** Requests that did not reach the app's host, such as over a frozen connection; absent without any. */
  unknown?: number
  medianMs: number
  p99Ms: number
  /** The first few failures: time since the first probe, and description. */
  firstFailures: readonly { atMs: number; reason: string }[]
}

/** Several steps that are shown as one. `isHost`: the switch of traffic of one host. */
export type ShownLane = {
  id: number
  kind: StepKind
  host: string
  title: string
  cause: string
  /** Source of the output: a task, a service, or else the title. */
  speaker: string
  isHost: boolean
}

/** Whether the steps make a new release or put an archived one back. */
export type ReleaseKind = 'deploy' | 'rollback'

/** An event of a running deploy, printed by the reporters in `ui/`. `at` is milliseconds since the epoch. */
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
  /** A phase before the plan (`connect`, `observe`), or another message. */
  | { type: 'note'; at: number; level: 'info' | 'warning'; text: string; hint?: string }
  /** `lanes`: what is shown instead of its steps, if it has many hosts; never in JSON. */
  | { type: 'plan.made'; at: number; plan: Plan; lanes?: readonly ShownLane[] }
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
      /** Result in a few words: `pulled 12.3 MB`, `healthy after 1.6 s`. */
      result?: string
      /** Absent if nothing was missing at any time. */
      gaps?: readonly Gap[]
    }
  | { type: 'hook.started'; at: number; hook: HookMoment; argv: readonly string[] }
  | { type: 'hook.printed'; at: number; hook: HookMoment; line: string }
  | {
      type: 'hook.finished'
      at: number
      hook: HookMoment
      outcome: 'done' | 'failed' | 'cancelled'
      /** Absent if the process did not exit on its own. */
      exitCode?: number
      durationMs: number
    }
  /** Probe counts so far, about once a second. */
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
      /** For a rollback: the archived release it was to put back, and what it did not undo. */
      restores?: Plan['restores']
      notUndone?: readonly string[]
      /** The release that is serving, if any. */
      serving: string | undefined
      durationMs: number
      images: readonly { service: string; name: string; tag?: string; digest: string }[]
    }
  | { type: 'failed'; at: number; failure: Failure }

/** A failure as printed: cause, last log lines, what is serving, what was undone, and the next command. */
export type Failure = {
  code: string
  title: string
  message: string
  hint: string
  exitCode: number
  details: ErrorDetails
  /** One sentence: what is serving now. */
  serving?: string
  /** What was undone, one line each. */
  undone?: readonly string[]
  /** What was not undone, such as a migration. */
  notUndone?: readonly string[]
}

export type EventSink = (event: DeployEvent) => void
