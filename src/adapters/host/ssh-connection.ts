import { once } from 'node:events'
import { existsSync, mkdtempSync, watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import { withTimeout } from '../../shared/with-timeout.ts'
import { type Child, type ChildEnd, startChild } from './child.ts'
import { collectOutput } from './collect-output.ts'
import { removeAbandoned, prefixOf } from './private-directory.ts'
import { splitLines } from './line-splitter.ts'
import { findLockedKeys } from './locked-keys.ts'
import { readRefusal, readRefusedLogin, readSshFailure } from './ssh-failure.ts'
import { buildControlArgs, buildMasterArgs, type SshTarget } from './ssh-options.ts'
import type { CommandOutput } from './command-runner.ts'

const greeting = 'dray-connected'
/** The command that the host runs as long as the connection is open. */
export const holdCommand = `exec sh -c 'echo ${greeting}; read -r _'`
// ssh's own ConnectTimeout ends with the server's greeting, and does not apply to jump hosts and proxy commands.
const connectMs = 30_000
// sockaddr_un holds 104 bytes on macOS and 108 on Linux, and ssh adds 17 characters while it creates the socket.
const longestDirectory = 104 - '/dray-c-4194304nzzzz-XXXXXX/c'.length - 17 - 1

/**
 * The `ssh` process that holds the one connection to a host. It runs a shell there that waits for its input to end, which
 * ties the connection to the lifetime of this process: if dray is killed, nothing is left behind on either side. It stays
 * in the foreground because only then does it report why a forwarded connection was refused.
 */
export class SshConnection {
  readonly target: SshTarget
  readonly #name: string
  readonly #directory: string
  readonly #child: Child
  readonly #errorLines: string[] = []
  readonly #printed: string[] = []
  #isGreeted = false
  readonly #forwards = new Map<string, Promise<string>>()
  #isTalkative = false
  #end: ChildEnd | undefined

  private constructor(name: string, directory: string, target: Omit<SshTarget, 'controlPath'>) {
    this.#name = name
    this.#directory = directory
    this.target = { ...target, controlPath: join(directory, 'c') }
    this.#child = startChild('ssh', buildMasterArgs(this.target, holdCommand))
    const lines = splitLines((line) => this.#errorLines.push(line))
    this.#child.process.stderr.on('data', lines.push).once('end', lines.end)
    void this.#child.ended.then((end) => (this.#end = end))
  }

  /**
   * Connects. `onShared` is called as soon as commands can be sent, before the host has run the first one; possibly more
   * than once. Throws as `CommandRunner.connect` does.
   */
  static async open(
    name: string,
    target: Omit<SshTarget, 'controlPath'>,
    { signal, onShared }: { signal?: AbortSignal; onShared: (target: SshTarget) => void },
  ): Promise<SshConnection> {
    signal?.throwIfAborted()
    const parent = tmpdir().length > longestDirectory ? '/tmp' : tmpdir()
    // Called before anything else is awaited: modules that load meanwhile cost no time while ssh is connecting.
    const connection = new SshConnection(name, mkdtempSync(join(parent, prefixOf('c'))), target)
    void removeAbandoned(parent).catch(() => undefined)
    try {
      using _watching = connection.#watchForSocket(onShared)
      await connection.#greeted(signal)
      onShared(connection.target)
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Whether the login shell prints text of its own before it runs a command. */
  get isTalkative(): boolean {
    return this.#isTalkative
  }

  /** Resolves when the connection is closed. */
  get ended(): Promise<unknown> {
    return this.#child.ended
  }

  /** Undefined while the connection is open; else why it broke. */
  failure(): DrayError | undefined {
    return this.#end && this.#explainEnd(this.#end)
  }

  /** Throws HOST_UNREACHABLE if the connection broke, even if that has not been detected yet. */
  async assertStanding(): Promise<void> {
    const { exitCode } = await this.#control(['check'])
    if (exitCode === 0) return
    await withTimeout(this.#child.ended, 1000, undefined)
    throw this.failure() ?? this.#readFailure(this.#errorLines.join('\n'))
  }

  /**
   * A Unix socket on this machine whose connections lead to `destination` on the server: `host:port`, or the path of a
   * socket there. Requested once.
   */
  async forward(destination: string): Promise<string> {
    const known = this.#forwards.get(destination)
    if (known !== undefined) return known
    const socketPath = join(this.#directory, String(this.#forwards.size))
    const asked = this.#control(['forward', '-L', `${socketPath}:${destination}`]).then(
      async ({ exitCode, stderr }) => {
        if (exitCode === 0) return socketPath
        await this.assertStanding()
        throw readRefusal(stderr, this.#name, destination)
      },
    )
    this.#forwards.set(destination, asked)
    return asked
  }

  /** Number of channels that the server has refused so far. */
  refusals(): readonly string[] {
    return this.#errorLines.filter((line) => line.includes('open failed'))
  }

  /** Why a forwarded connection ended without a byte; `refusalsBefore` is the earlier number of `refusals`. */
  async explainRefusal(destination: string, refusalsBefore: number): Promise<DrayError | Error> {
    // ssh closes the local end first and prints the reason just after, on another pipe.
    for (let tries = 0; tries < 10 && this.refusals().length === refusalsBefore; tries += 1) {
      await systemClock.sleep(5)
    }
    return this.failure() ?? readRefusal(this.refusals().at(refusalsBefore) ?? '', this.#name, destination)
  }

  async close(): Promise<void> {
    this.#child.process.stdin.end()
    this.#child.end()
    await this.#child.ended
    await rm(this.#directory, { recursive: true, force: true })
  }

  /** Only saves time: where the kernel watches nothing more for this user, the greeting comes later. */
  #watchForSocket(onShared: (target: SshTarget) => void): Disposable {
    const onChange = (): void => {
      if (!existsSync(this.target.controlPath)) return
      watching.close()
      try {
        onShared(this.target)
      } catch {
        // No caller waits here. It is called again after the greeting, and fails there, too.
      }
    }
    const watching = watchIfPossible(this.#directory, onChange)
    return { [Symbol.dispose]: () => watching.close() }
  }

  async #greeted(signal: AbortSignal | undefined): Promise<void> {
    using limit = startTimeLimit(connectMs, { signal })
    const onAbort = (): void => this.#child.end()
    limit.signal.addEventListener('abort', onAbort, { once: true })
    const end = await Promise.race([this.#greetingSeen(), this.#child.ended])
    limit.signal.removeEventListener('abort', onAbort)
    if (signal?.aborted) throw signal.reason
    if (limit.isOver) throw this.#readFailure(`no answer within ${connectMs / 1000} s`)
    if (end) throw await this.#explainRejected(this.#explainEnd(end))
  }

  async #greetingSeen(): Promise<undefined> {
    const { stdout } = this.#child.process
    let wasSeen = false
    const lines = splitLines((line) => {
      wasSeen ||= line.endsWith(greeting)
      // A login shell may print text of its own first.
      this.#isTalkative ||= line !== greeting
      if (!wasSeen) this.#printed.push(line)
    })
    stdout.on('data', lines.push)
    while (!wasSeen) await once(stdout, 'data')
    this.#isGreeted = true
  }

  #control(request: readonly string[]): Promise<CommandOutput> {
    return collectOutput(startChild('ssh', buildControlArgs(this.target, request)), { title: 'ssh -O' })
  }

  #explainEnd({ exitCode, refusal }: ChildEnd): DrayError {
    if (refusal) return refusal
    const stderr = this.#errorLines.join('\n')
    if (exitCode === 127 && stderr === '') {
      return new DrayError(
        'HOST_UNREACHABLE',
        `There is no \`ssh\` command on this machine, so ${this.#name} cannot be reached.`,
        {
          hint: 'Install the OpenSSH client.',
        },
      )
    }
    // Not ssh's own 255, nor a signal: the login program refused.
    if (exitCode < 128 && !this.#isGreeted)
      return readRefusedLogin([...this.#printed, stderr].join('\n'), this.#name)
    return this.#readFailure(stderr)
  }

  async #explainRejected(failure: DrayError): Promise<DrayError> {
    if (failure.code !== 'HOST_AUTH_FAILED') return failure
    return this.#readFailure(this.#errorLines.join('\n'), await findLockedKeys(this.target))
  }

  #readFailure(stderr: string, lockedKeys: readonly string[] = []): DrayError {
    const { hasKnownHosts = false } = this.target
    return readSshFailure(stderr, this.#name, { hasKnownHosts, lockedKeys })
  }
}

/** inotify has a limit for each user, which other programs may have reached (EMFILE, ENOSPC): man 7 inotify. */
function watchIfPossible(directory: string, onChange: () => void): { close(): void } {
  try {
    return watch(directory, onChange).on('error', () => undefined)
  } catch {
    return { close: () => undefined }
  }
}
