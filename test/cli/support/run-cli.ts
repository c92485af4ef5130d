import type { StandardInput } from '../../../src/adapters/terminal/standard-input.ts'
import { runCli as run } from '../../../src/cli/run-cli.ts'
import { systemClock } from '../../../src/shared/clock.ts'

export type CliResult = { exitCode: number; stdout: string; stderr: string }

export type CliOptions = {
  cwd: string
  env?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** What is piped in. */
  input?: string
}

/** Standard input that is closed. */
export const noInput: StandardInput = {
  isTTY: false,
  readAll: () => Promise.resolve(new Uint8Array()),
  askLine: () => Promise.reject(new Error('Nobody is there to ask.')),
}

/** Runs a command line in this process, and gives what a user would see. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const exitCode = await run(argv, {
    cwd: options.cwd,
    env: { LANG: 'C.UTF-8', ...options.env },
    stdin: { ...noInput, readAll: () => Promise.resolve(new TextEncoder().encode(options.input)) },
    stdout: { write: (text: string) => (stdout += text), columns: 100 },
    stderr: { write: (text: string) => (stderr += text), columns: 100 },
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    tellInterrupt: () => undefined,
  })
  return { exitCode, stdout, stderr }
}
