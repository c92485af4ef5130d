import type { StandardInput } from '../../adapters/terminal/standard-input.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { OutputStream } from '../../ui/terminal/output-stream.ts'
import type { ArgumentSpec } from './argument.ts'

/** A command's environment: `main.ts` passes that of the process, tests pass their own. */
export type CliContext = {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Standard input. */
  stdin: StandardInput
  /** For results. */
  stdout: OutputStream
  /** For progress and messages. */
  stderr: OutputStream
  /** The command that runs, for hints. */
  command?: { name: string; arguments: readonly ArgumentSpec[] }
  /** Names of the environments that were loaded, for hints. */
  environments?: Set<string>
  /** Values to mask in any output. Loaded environments and inspected containers add theirs. */
  secrets: Secret[]
  /** Aborts with a CANCELLED error if the user stops the command. */
  signal: AbortSignal
  clock: Clock
  /** Prints the effect of a signal, or a warning about a login. A reporter that draws on the terminal replaces it while it draws. */
  reportInterrupt: (line: string) => void
  /** Prints a warning about a login; `reportInterrupt` does without it. Set by a command that gives signals another meaning. */
  reportWarning?: (line: string) => void
  /** Starts dray with these words, without waiting for it and without its output. */
  startInBackground?: (words: readonly string[]) => void
  /** Removes variables from the environment of child processes; `env` keeps them. */
  hideVariables?: (names: readonly string[]) => void
}
