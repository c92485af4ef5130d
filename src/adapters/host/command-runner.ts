import type { Duplex } from 'node:stream'

export type CommandOutput = { exitCode: number; stdout: string; stderr: string }

export type RunOptions = {
  /** Working directory. */
  cwd?: string
  /** Added to the environment of the command. Never a secret: other users may see it. */
  env?: Readonly<Record<string, string>>
  /** Standard input; empty by default. */
  input?: string | Uint8Array
  /**
   * Called for each line as it arrives, including control characters. The result then contains only the end of the output,
   * which may not fit in memory.
   */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Characters kept of each line; 16 KiB by default. */
  longestLine?: number
  /** More output than this ends the command with HOST_COMMAND_FAILED; 16 MiB by default. Not with `onLine`. */
  mostBytes?: number
  signal?: AbortSignal
  timeoutMs?: number
  /** The next command does not depend on it, so it must not delay that one. */
  beside?: boolean
}

export type AttachOptions = Pick<RunOptions, 'cwd' | 'env' | 'signal'> & {
  /** Gives the command a terminal; this process must have one, too. Keys are passed on as they are typed. */
  terminal: boolean
  /**
   * Receives the lines of a stream, which is then not passed on. Further ones are read when it has resolved. The last line may
   * have had no line break.
   */
  onLines?: Partial<Record<'stdout' | 'stderr', (lines: readonly string[]) => Promise<void>>>
}

/** A running command that exchanges lines with dray. */
export type CommandStream = {
  /** Both directions of the command's standard streams. */
  stream: Duplex
  /** Resolves when the command has exited, whatever its exit code. Rejects with PROCESS_LIMIT. */
  ended: Promise<{ exitCode: number; stderr: string }>
}

/**
 * Runs commands on one machine: this one, or a server over SSH. Arguments are passed unchanged; no shell interprets them
 * unless the command is a shell.
 */
export interface CommandRunner extends AsyncDisposable {
  /** As configured by the user: `deploy@test.example.com`, `local`. */
  readonly name: string
  /**
   * Connects. Throws HOST_UNREACHABLE, HOST_KEY_CHANGED, HOST_KEY_UNKNOWN or HOST_AUTH_FAILED, according to OpenSSH.
   */
  connect(signal?: AbortSignal): Promise<void>
  /**
   * Runs a command to completion. A non-zero exit code is returned, not thrown; 127 can also mean a missing program.
   * Throws HOST_UNREACHABLE if the connection breaks, HOST_COMMAND_FAILED after `timeoutMs`, and the signal's reason when
   * it aborts.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandOutput>
  /** Starts a command and returns its standard streams; destroying the stream ends it. */
  open(
    argv: readonly string[],
    options?: { cwd?: string; env?: Readonly<Record<string, string>> },
  ): CommandStream
  /**
   * Runs a command on this process's own standard streams, byte for byte unless `onLines` takes one, and returns its exit
   * code. SIGTERM when the signal aborts. Throws HOST_UNREACHABLE if the connection breaks.
   */
  attach(argv: readonly string[], options: AttachOptions): Promise<number>
  /**
   * A TCP connection made from that machine, so `localhost` is that machine. Rejects if it is refused. Over SSH, a
   * connection is accepted locally first, so a refused one may instead be a stream that fails before its first byte.
   */
  dial(host: string, port: number): Promise<Duplex>
  /** The same for a Unix socket on that machine, if the runner supports it. */
  dialSocket?(path: string): Promise<Duplex>
  /**
   * Sends one request to a login program that runs no commands, such as `dray gate`, on a connection of its own; `connect` is not
   * needed. Only over SSH. Throws as `connect` and `run` do.
   */
  ask?(
    request: string,
    options?: Pick<RunOptions, 'signal' | 'timeoutMs' | 'mostBytes'>,
  ): Promise<CommandOutput>
}
