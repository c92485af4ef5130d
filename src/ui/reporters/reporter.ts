import type { EventSink } from '../../deploy/model/events.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import type { Environment } from '../terminal/terminal-style.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/** Shows the events of a deploy to people or programs. */
export type Reporter = {
  /** Receives the events in order. The content of an event never makes it throw. */
  report: EventSink
  /** Ends the output: prints the rest and restores the terminal. A second call has no effect. */
  close(): void
}

export type ReporterOptions = {
  /** For results. */
  stdout: OutputStream
  /** For progress and messages. */
  stderr: OutputStream
  env: Environment
  clock: Clock
  redact: Redactor
}
