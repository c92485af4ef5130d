import type { EventSink } from '../../deploy/model/events.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Redactor } from '../../shared/redact.ts'
import type { Environment } from '../terminal/terminal-style.ts'

/** A stream as reporters use it; `process.stdout` and `process.stderr` are such. */
export type OutputStream = {
  /** Gives false when the reader is behind: then `drain` tells when it has caught up. */
  write(text: string): unknown
  /** Writes a workflow command of GitHub Actions as a line, where `write` would keep the runner from taking it for one. */
  command?(line: string): unknown
  once?(event: 'drain' | 'error', listener: () => void): unknown
  off?(event: 'drain' | 'error', listener: () => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Tells people (or programs) what a deploy does. */
export type Reporter = {
  /** Takes the events in order; never throws because of what an event says. */
  report: EventSink
  /** Ends the output: what is still to be said is said, the terminal is as it was. May be called twice. */
  close(): void
}

export type ReporterOptions = {
  /** For results. */
  stdout: OutputStream
  /** For narration. */
  stderr: OutputStream
  env: Environment
  clock: Clock
  redact: Redactor
}
