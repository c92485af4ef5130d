import { Readable } from 'node:stream'
import { readAtMost, type StandardInput } from '../../src/adapters/terminal/standard-input.ts'
import { runCli as run } from '../../src/cli/run-cli.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { systemClock } from '../../src/shared/clock.ts'

export type CliResult = { exitCode: number; stdout: string; stderr: string }

export type CliOptions = {
  cwd: string
  env?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** Receives what is printed, as it is printed. */
  onStdout?: (text: string) => void
  /** What is piped in. */
  input?: string
  /** Lines that a person types at the terminal; without them there is no terminal. */
  typed?: readonly string[]
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
  const lines = [...(options.typed ?? [])]
  const terminal = options.typed && {
    isTTY: true,
    askLine: async (question: string) => {
      stderr += question
      const line = lines.shift()
      if (line === undefined) throw new DrayError('CANCELLED', 'Nothing was entered.')
      return line
    },
  }
  const exitCode = await run(argv, {
    cwd: options.cwd,
    env: { LANG: 'C.UTF-8', ...options.env },
    stdin: {
      ...noInput,
      readAll: ({ maxBytes }) => readAtMost(Readable.from([Buffer.from(options.input ?? '')]), maxBytes),
      ...terminal,
    },
    stdout: {
      write: (text: string) => {
        options.onStdout?.(text)
        return (stdout += text)
      },
      columns: 100,
    },
    stderr: { write: (text: string) => (stderr += text), columns: 100 },
    secrets: [],
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    reportInterrupt: () => undefined,
  })
  return { exitCode, stdout, stderr }
}
