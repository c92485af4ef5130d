import type { EventSink } from '../../deploy/model/events.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Redactor } from '../../shared/redact.ts'
import type { Environment } from '../terminal/terminal-style.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

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
