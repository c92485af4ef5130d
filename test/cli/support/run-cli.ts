import { runCli as run } from '../../../src/cli/run-cli.ts'
import { systemClock } from '../../../src/shared/clock.ts'

export type CliResult = { exitCode: number; stdout: string; stderr: string }

export type CliOptions = {
  cwd: string
  env?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** Runs a command line in this process, and gives what a user would see. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const exitCode = await run(argv, {
    cwd: options.cwd,
    env: { LANG: 'C.UTF-8', ...options.env },
    stdin: { isTTY: false },
    stdout: { write: (text: string) => (stdout += text), columns: 100 },
    stderr: { write: (text: string) => (stderr += text), columns: 100 },
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    tellInterrupt: () => undefined,
  })
  return { exitCode, stdout, stderr }
}
