import type { Clock } from '../shared/clock.ts'
import type { OutputStream } from '../ui/reporter.ts'

/** The world as a command sees it; `main.ts` passes the process's own, tests pass theirs. */
export type CliContext = {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Only whether it is a terminal: what reads it inherits it. */
  stdin: { readonly isTTY: boolean }
  /** For results. */
  stdout: OutputStream
  /** For narration. */
  stderr: OutputStream
  /** Aborts with a CANCELLED error when the user stops the command. */
  signal: AbortSignal
  clock: Clock
  /** Says what a signal does; a reporter that draws on the terminal takes it over while it draws. */
  tellInterrupt: (line: string) => void
}
