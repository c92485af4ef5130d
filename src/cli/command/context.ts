import type { StandardInput } from '../../adapters/terminal/standard-input.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Secret } from '../../shared/secret.ts'
import type { OutputStream } from '../../ui/terminal/output-stream.ts'

/** The world as a command sees it; `main.ts` passes the process's own, tests pass theirs. */
export type CliContext = {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** What is typed or piped in. */
  stdin: StandardInput
  /** For results. */
  stdout: OutputStream
  /** For narration. */
  stderr: OutputStream
  /** What must not appear in any output: grows with the environments that are loaded and the containers that are looked at. */
  secrets: Secret[]
  /** Aborts with a CANCELLED error when the user stops the command. */
  signal: AbortSignal
  clock: Clock
  /** Says what a signal does; a reporter that draws on the terminal takes it over while it draws. */
  reportInterrupt: (line: string) => void
}
