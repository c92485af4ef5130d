import type { Duplex } from 'node:stream'
import { DrayError } from '../../errors/dray-error.ts'
import { withTimeout } from '../../shared/with-timeout.ts'
import { runAttached } from './attached-child.ts'
import { buildGroupSignal, type Child, startChild } from './child.ts'
import { openChild } from './child-stream.ts'
import { collectOutput, waitForEnd } from './collect-output.ts'
import { ForwardedStream } from './forwarded-stream.ts'
import { parseHostAddress } from './host-address.ts'
import { MOST_SHELL_INPUT_BYTES, PersistentShell, persistentShellCommand } from './persistent-shell.ts'
import { outputMark, processIdLine, renderRemoteCommand, wrapCommand } from './remote-command.ts'
import type {
  AttachOptions,
  CommandOutput,
  CommandStream,
  RunOptions,
  CommandRunner,
} from './command-runner.ts'
import { connectSocket } from './connect-socket.ts'
import { skipPast } from './skip-past.ts'
import { SshConnection } from './ssh-connection.ts'
import { readSshFailure } from './ssh-failure.ts'
import { buildCommandArgs, buildRequestArgs, type SshTarget } from './ssh-options.ts'
import { MOST_OUTPUT_BYTES } from './too-much-output.ts'

const endThereMs = 1000
/** A session costs sshd a process, and a few of its `MaxSessions`, ten by default. */
const MOST_SHELLS = 3

/** A server reached with the system's OpenSSH: one connection carries every command and every TCP connection. */
export class SshRunner implements CommandRunner {
  readonly name: string
  readonly #target: Omit<SshTarget, 'controlPath'>
  #commandsRun = 0
  #connecting: Promise<SshConnection> | undefined
  #connection: SshConnection | undefined
  #isClosed = false
  /** The first is started with the connection, more when all are busy. */
  readonly #persistentShells: PersistentShell[] = []
  readonly #children = new Set<Child>()
  readonly #streams = new Set<Duplex>()

  /**
   * `host` is an alias, `user@host`, `user@host:port` or `ssh://user@host:port`; `configFile` replaces `~/.ssh/config`, and
   * `hasKnownHosts` if it has those of DRAY_SSH_KNOWN_HOSTS. Throws CONFIG_INVALID.
   */
  constructor(host: string, options: { configFile?: string; hasKnownHosts?: boolean } = {}) {
    this.name = host
    this.#target = { ...options, address: parseHostAddress(host) }
  }

  /** Number of commands started, by `run` and `open`; the connection itself is not counted. */
  get commandsRun(): number {
    return this.#commandsRun
  }

  async connect(signal?: AbortSignal): Promise<void> {
    const onShared = (target: SshTarget): void => {
      if (this.#persistentShells.length === 0) this.#startShell(target)
    }
    this.#connecting ??= SshConnection.open(this.name, this.#target, { signal, onShared }).then((opened) => {
      // Otherwise ssh would try to connect on its own, and take time to find that there is no answer.
      void opened.ended.then(() => this.#endChildren())
      return opened
    })
    try {
      this.#connection = await this.#connecting
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandOutput> {
    options.signal?.throwIfAborted()
    const connection = this.#standing()
    const shell = await this.#takePersistentShell(connection, options)
    const output = await (shell === undefined
      ? this.#runInSession(connection, argv, options)
      : this.#runInPersistentShell(connection, shell, { argv, options }))
    // ssh exits with 255 if the connection breaks, and with more than 128 if dray ended it; the command can have both codes, too.
    if (output.exitCode > 128) await connection.assertStanding()
    return output
  }

  async #runInSession(
    connection: SshConnection,
    argv: readonly string[],
    options: RunOptions,
  ): Promise<CommandOutput> {
    const tellProcessId = tellsProcessId(options)
    const { markOutput, ownOutput } = outputOf(connection)
    const { cwd, env } = options
    const command = renderRemoteCommand(argv, { cwd, env, tellProcessId, markOutput })
    const child = this.#track(startChild('ssh', buildCommandArgs(connection.target, command)))
    const { promise: processId, tell } = promisedText()
    return collectOutput(child, {
      ...options,
      title: titleOf(argv),
      ownOutput,
      takesErrorLine: (line) => {
        const told = tellProcessId ? processIdLine.exec(line) : null
        if (told?.[1] !== undefined) tell(told[1])
        return told !== null
      },
      endCommand: () => this.#endThere(connection, processId),
    })
  }

  /** The first shell is left to the commands that others wait for. */
  async #takePersistentShell(
    { target }: SshConnection,
    { input = '', onLine, beside, mostBytes = 0 }: RunOptions,
  ): Promise<PersistentShell | undefined> {
    // A command that is read line by line needs its own streams, and long output would keep the shell from others.
    if (onLine !== undefined || mostBytes > MOST_OUTPUT_BYTES) return undefined
    if (Buffer.byteLength(input) > MOST_SHELL_INPUT_BYTES) return undefined
    for (let index = beside === true ? 1 : 0; index < MOST_SHELLS; index++) {
      const shell = this.#persistentShells[index] ?? this.#startShell(target)
      const isTaken = await shell.take()
      // It may have ended with the connection. An ssh that is started after that connects on its own, and nothing ends it.
      this.#standing()
      if (isTaken) return shell
    }
    return undefined
  }

  #startShell(target: SshTarget): PersistentShell {
    const child = this.#track(startChild('ssh', buildCommandArgs(target, persistentShellCommand)))
    const shell = new PersistentShell(child)
    this.#persistentShells.push(shell)
    return shell
  }

  async #runInPersistentShell(
    connection: SshConnection,
    shell: PersistentShell,
    { argv, options }: { argv: readonly string[]; options: RunOptions },
  ): Promise<CommandOutput> {
    const tellProcessId = tellsProcessId(options)
    const told = { cwd: options.cwd, env: options.env, tellProcessId }
    // It gets its own process group, through which it can be ended.
    const command = renderRemoteCommand(tellProcessId ? ['setsid', ...wrapCommand(argv, told)] : argv, {
      ...(tellProcessId ? {} : told),
    })
    const { promise: processId, tell } = promisedText()
    const { input = '', mostBytes } = options
    const title = `A command on ${this.name}`
    const ended = shell.run({ title, command, input: Buffer.from(input), mostBytes }, tell)
    this.#commandsRun += 1
    return waitForEnd({
      ...options,
      title: titleOf(argv),
      ended: ended.catch(async (error: unknown) => {
        await connection.assertStanding()
        throw error
      }),
      endCommand: () => this.#endThere(connection, processId),
    })
  }

  open(
    argv: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): CommandStream {
    const connection = this.#standing()
    const { markOutput, ownOutput } = outputOf(connection)
    const command = renderRemoteCommand(argv, { ...options, markOutput })
    const { child, ...conversation } = openChild(
      'ssh',
      buildCommandArgs(connection.target, command),
      ownOutput,
    )
    this.#track(child)
    return conversation
  }

  async attach(
    argv: readonly string[],
    { terminal, signal, onLines, ...options }: AttachOptions,
  ): Promise<number> {
    const connection = this.#standing()
    const args = buildCommandArgs(connection.target, renderRemoteCommand(argv, options), { terminal })
    const exitCode = await runAttached('ssh', args, { signal, onLines })
    if (exitCode > 128 && !signal?.aborted) await connection.assertStanding()
    return exitCode
  }

  async ask(
    request: string,
    options: Pick<RunOptions, 'signal' | 'timeoutMs' | 'mostBytes'> = {},
  ): Promise<CommandOutput> {
    options.signal?.throwIfAborted()
    const child = this.#track(startChild('ssh', buildRequestArgs(this.#target, request)))
    const output = await collectOutput(child, { ...options, title: `\`${request}\` on ${this.name}` })
    // ssh's own exit code.
    if (output.exitCode !== 255) return output
    const { hasKnownHosts = false } = this.#target
    throw readSshFailure(output.stderr, this.name, { hasKnownHosts, lockedKeys: [] })
  }

  dial(host: string, port: number): Promise<Duplex> {
    return this.#dialForwarded(`${host.includes(':') ? `[${host}]` : host}:${port}`)
  }

  dialSocket(path: string): Promise<Duplex> {
    return this.#dialForwarded(path)
  }

  async #dialForwarded(destination: string): Promise<Duplex> {
    const connection = this.#standing()
    const path = await connection.forward(destination)
    const refusalsBefore = connection.refusals().length
    const socket = await connectSocket(path).catch((error: unknown) => {
      throw connection.failure() ?? error
    })
    const stream = new ForwardedStream(socket, () => connection.explainRefusal(destination, refusalsBefore))
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  /**
   * Ends a command and its child processes on the server: without a terminal, sshd does not end it when its channel
   * closes.
   */
  async #endThere(connection: SshConnection, processId: Promise<string>): Promise<void> {
    const ending = processId.then(async (id) => {
      if (this.#isClosed || connection.failure() !== undefined) return
      const command = renderRemoteCommand(buildGroupSignal(Number(id), 'SIGTERM'))
      const child = this.#track(startChild('ssh', buildCommandArgs(connection.target, command)))
      child.process.stdin.end()
      await child.ended
    })
    // Without file descriptors for one more ssh it is ended here only.
    await withTimeout(
      ending.catch(() => undefined),
      endThereMs,
      undefined,
    )
  }

  #standing(): SshConnection {
    if (this.#connection === undefined) {
      throw new DrayError('INTERNAL', `${this.name} was used before connect().`)
    }
    const failure = this.#connection.failure()
    if (failure) throw failure
    if (this.#isClosed) throw new DrayError('HOST_UNREACHABLE', `The connection to ${this.name} was closed.`)
    return this.#connection
  }

  #track(child: Child): Child {
    this.#commandsRun += 1
    this.#children.add(child)
    void child.ended.then(() => this.#children.delete(child))
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const connection = await this.#connecting?.catch(() => undefined)
    for (const stream of this.#streams) stream.destroy()
    this.#endChildren()
    await connection?.close()
    await Promise.all([...this.#children].map((child) => child.ended))
  }

  #endChildren(): void {
    for (const child of this.#children) child.end()
  }
}

/** How the output of a command is separated from that of a login shell. */
function outputOf({ isTalkative }: SshConnection): {
  markOutput: boolean
  ownOutput: (chunk: Buffer) => Buffer
} {
  return { markOutput: isTalkative, ownOutput: isTalkative ? skipPast(outputMark) : (chunk) => chunk }
}

/** Ending a command requires its process id. */
function tellsProcessId({ signal, timeoutMs }: RunOptions): boolean {
  return signal !== undefined || timeoutMs !== undefined
}

function titleOf(argv: readonly string[]): string {
  return argv.slice(0, 2).join(' ')
}

function promisedText(): { promise: Promise<string>; tell: (text: string) => void } {
  let tell: (text: string) => void = () => undefined
  const promise = new Promise<string>((resolve) => (tell = resolve))
  return { promise, tell }
}
