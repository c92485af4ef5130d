import type { Duplex } from 'node:stream'

export type CommandOutput = { exitCode: number; stdout: string; stderr: string }

export type RunOptions = {
  /** Directory to run in. */
  cwd?: string
  /** Added to the environment of the command. Never a secret: other users may see it. */
  env?: Readonly<Record<string, string>>
  /** Standard input; empty without it. */
  input?: string | Uint8Array
  /**
   * Called for each line as it comes, control characters and all. Only the end of such an output is in the answer: it may be
   * longer than our memory.
   */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Characters of a line that are kept; 16 KiB unless told. */
  longestLine?: number
  signal?: AbortSignal
  timeoutMs?: number
  /** It is not on the way to the next command, and must not hold that up. */
  beside?: boolean
}

export type AttachOptions = Pick<RunOptions, 'cwd' | 'env' | 'signal'> & {
  /** Give the command a terminal, which this process has to have one for: keys go there as they are typed. */
  terminal: boolean
}

/** A command that goes on while lines are exchanged with it. */
export type CommandStream = {
  /** Both directions of the command's standard streams. */
  stream: Duplex
  /** Resolves when the command ended, whatever its exit code. */
  ended: Promise<{ exitCode: number; stderr: string }>
}

/**
 * Commands on one machine: this one, or a server over SSH. Arguments are passed as they are; no shell sees them unless the
 * command is one.
 */
export interface CommandRunner extends AsyncDisposable {
  /** As the user named it: `deploy@test.example.com`, `local`. */
  readonly name: string
  /**
   * Connects. Throws HOST_UNREACHABLE, HOST_KEY_CHANGED, HOST_KEY_UNKNOWN or HOST_AUTH_FAILED, as OpenSSH told it.
   */
  connect(signal?: AbortSignal): Promise<void>
  /**
   * Runs a command to its end. A non-zero exit code is in the answer, not thrown; 127 is also what a missing program gives.
   * Throws HOST_UNREACHABLE when the connection breaks, HOST_COMMAND_FAILED after `timeoutMs`, and the signal's reason when
   * it aborts.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandOutput>
  /** Starts a command and gives its standard streams; it is ended when the stream is destroyed. */
  open(
    argv: readonly string[],
    options?: { cwd?: string; env?: Readonly<Record<string, string>> },
  ): CommandStream
  /**
   * Runs a command on this process's own standard streams, byte for byte, and gives its exit code. SIGTERM when the signal
   * aborts. Throws HOST_UNREACHABLE when the connection breaks.
   */
  attach(argv: readonly string[], options: AttachOptions): Promise<number>
  /**
   * A TCP connection made from that machine, as `localhost` is meant there. Rejects when it is refused, or, over SSH, where a
   * connection is accepted here before it is asked for there, gives a stream that fails before its first byte.
   */
  dial(host: string, port: number): Promise<Duplex>
  /** The same to a Unix socket of that machine, where the shell can. */
  dialSocket?(path: string): Promise<Duplex>
}
