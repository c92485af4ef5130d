import { lostOf, type Counts } from './count-outcomes.ts'
import type { Failure } from './dray-result.ts'

export type PhaseName = 'adopt' | 'deploy' | 'broken' | 'rollback'

/** What one run of dray did to an app that was under load. */
export type PhaseResult = {
  phase: PhaseName
  exitCode: number
  durationMs: number
  requests: number
  counts: Counts
  gapMs: number
  /** What answered after it, in words. */
  served: string
  /** Whether that was what its exit code says: of 0 the version that it was to put in place, else the one before. */
  isServed: boolean
  /** Services that ran before it and do not run after it. */
  stopped: readonly string[]
  /** Third parties' services whose containers were replaced, though nothing about them had changed. */
  touched: readonly string[]
  /** Services whose containers a `docker compose up -d` by hand replaced afterwards. */
  changedByHand: readonly string[]
  failure?: Failure
  /** Why, as the plan has it. */
  causes: readonly string[]
}

export type Verdict =
  /** No request was lost, and every exit code told the truth. */
  | 'lossless'
  /** Requests were lost; all else is right. */
  | 'lost'
  /** A deploy or rollback that should have worked failed. The old release serves. */
  | 'refused'
  /** Compose does not expect what dray left: a command by hand replaces containers. */
  | 'drifted'
  /** An exit code was false. The worst. */
  | 'lied'
  /** Nothing was measured to the end. */
  | 'crashed'

/** The sentence that says what is wrong with a phase, where its exit code does not tell the truth. */
export function lieOf({ phase, exitCode, served, isServed, stopped }: PhaseResult): string | undefined {
  const said = `${phase} ended with ${exitCode}`
  if (phase === 'broken' && exitCode === 0) return `${said}, and the release is broken`
  if (!isServed) return `${said}, and after it: ${served}`
  if (stopped.length > 0) return `${said}, and ${stopped.join(', ')} does not run`
  return undefined
}

/** Judges an app by all that was done to it; `isReachable`: whether it has anything that requests can be sent to. */
export function judge(phases: readonly PhaseResult[], isReachable: boolean): Verdict {
  if (phases.some((phase) => lieOf(phase) !== undefined)) return 'lied'
  if (phases.some(({ phase, exitCode }) => (phase === 'broken' ? exitCode === 0 : exitCode !== 0)))
    return 'refused'
  if (phases.some(({ changedByHand }) => changedByHand.length > 0)) return 'drifted'
  if (phases.some(({ counts }) => lostOf(counts) > 0)) return 'lost'
  if (!isReachable && phases.some(({ touched }) => touched.length > 0)) return 'lost'
  return 'lossless'
}
