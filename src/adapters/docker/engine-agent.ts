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

  /** Straight to the Engine's socket on the machine: no process per connection, and no session of sshd's `MaxSessions`. */
  static toSocket(runner: CommandRunner, path: string): EngineAgent {
    return new EngineAgent(async () => {
      if (runner.dialSocket === undefined) throw new Error(`${runner.name} opens no sockets.`)
      return runner.dialSocket(path)
    }, 64)
  }

  /**
   * Through `docker system dial-stdio`, which goes wherever the docker command would go. sshd allows ten sessions per
   * connection unless told otherwise (sshd_config(5), MaxSessions): half of them are left to commands.
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
        // A server that has closed an idle connection would have it used once more otherwise.
        stream.once('end', () => stream.destroy())
        // Node takes every connection of an agent for a socket, and calls this before it uses one again.
        if (!('ref' in stream)) Object.assign(stream, { ref: () => stream })
        callback(null, stream)
      },
      (error: unknown) =>
        callback(error instanceof Error ? error : new Error(String(error)), undefined as never),
    )
    return undefined
  }

  /** Our streams are no sockets: nothing to set on them between two requests. */
  override keepSocketAlive(): boolean {
    return true
  }

  /** How the command behind a connection ended, where there is one. */
  async endOf(stream: Duplex | null | undefined): Promise<{ exitCode: number; stderr: string } | undefined> {
    const conversation = stream ? this.#conversations.get(stream) : undefined
    conversation?.stream.destroy()
    return conversation?.ended
  }
}
