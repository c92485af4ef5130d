import { Agent, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import type { CommandStream, CommandRunner } from '../host/command-runner.ts'

/** A pool of connections to an Engine for Node's HTTP client. */
export class EngineAgent extends Agent {
  readonly #dial: () => Promise<Duplex>
  readonly #conversations = new WeakMap<Duplex, CommandStream>()

  private constructor(dial: () => Promise<Duplex | CommandStream>, maxSockets: number) {
    super({ keepAlive: true, maxSockets, scheduling: 'lifo' })
    this.#dial = async () => {
      const dialled = await dial()
      if (!('ended' in dialled)) return dialled
      this.#conversations.set(dialled.stream, dialled)
      return dialled.stream
    }
  }

  /** Connects directly to the Engine's socket: needs no process per connection, and no session of sshd's `MaxSessions`. */
  static toSocket(runner: CommandRunner, path: string): EngineAgent {
    return new EngineAgent(async () => {
      if (runner.dialSocket === undefined) throw new Error(`${runner.name} cannot open sockets.`)
      return runner.dialSocket(path)
    }, 64)
  }

  /**
   * Connects through `docker system dial-stdio`, which reaches the same Engine as the docker command. sshd allows ten
   * sessions per connection by default (sshd_config(5), MaxSessions); half of them are left for commands.
   */
  static toDialStdio(runner: CommandRunner): EngineAgent {
    return new EngineAgent(async () => runner.open(['docker', 'system', 'dial-stdio']), 5)
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial().then(
      (stream) => {
        // Otherwise an idle connection that the server has closed would be used again.
        stream.once('end', () => stream.destroy())
        // Node expects every connection of an agent to be a socket, and calls this before it reuses one.
        if (!('ref' in stream)) Object.assign(stream, { ref: () => stream })
        callback(null, stream)
      },
      (error: unknown) =>
        callback(error instanceof Error ? error : new Error(String(error)), undefined as never),
    )
    return undefined
  }

  /** These streams are not sockets, so nothing needs to be set between two requests. */
  override keepSocketAlive(): boolean {
    return true
  }

  /** The exit of the command behind a connection, if there is such a command. */
  async endOf(stream: Duplex | null | undefined): Promise<{ exitCode: number; stderr: string } | undefined> {
    const conversation = stream ? this.#conversations.get(stream) : undefined
    conversation?.stream.destroy()
    return conversation?.ended
  }
}
