import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { DrayError } from '../../errors/dray-error.ts'
import { runAttached } from './attached-child.ts'
import type { Child } from './child.ts'
import { startChild } from './child.ts'
import { openChild } from './child-stream.ts'
import { collectOutput } from './collect-output.ts'
import { wrapCommand } from './remote-command.ts'
import type {
  AttachOptions,
  CommandOutput,
  CommandStream,
  RunOptions,
  CommandRunner,
} from './command-runner.ts'

/** Runs commands on this machine. */
export class LocalRunner implements CommandRunner {
  readonly name = 'local'
  #commandsRun = 0
  #isClosed = false
  readonly #children = new Set<Child>()
  readonly #sockets = new Set<Socket>()

  /** Number of commands started, by `run` and `open`. */
  get commandsRun(): number {
    return this.#commandsRun
  }

  async connect(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandOutput> {
    options.signal?.throwIfAborted()
    this.#assertOpen()
    const [program = '', ...args] = wrapCommand(argv, options)
    const child = this.#track(startChild(program, args))
    return collectOutput(child, { ...options, title: argv.slice(0, 2).join(' ') })
  }

  open(
    argv: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): CommandStream {
    this.#assertOpen()
    const [program = '', ...args] = wrapCommand(argv, options)
    const { child, ...conversation } = openChild(program, args)
    this.#track(child)
    return conversation
  }

  async attach(argv: readonly string[], { signal, onLines, ...options }: AttachOptions): Promise<number> {
    this.#assertOpen()
    const [program = '', ...args] = wrapCommand(argv, options)
    return runAttached(program, args, { signal, onLines })
  }

  async dial(host: string, port: number): Promise<Duplex> {
    this.#assertOpen()
    return this.#connected(connect({ host, port, noDelay: true }))
  }

  async dialSocket(path: string): Promise<Duplex> {
    this.#assertOpen()
    return this.#connected(connect({ path }))
  }

  async #connected(socket: Socket): Promise<Socket> {
    // Registered first, so that a socket that is still connecting does not outlive the runner.
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    await once(socket, 'connect')
    return socket
  }

  /** Work still in progress after a failure may ask for more, which would keep this process alive. */
  #assertOpen(): void {
    if (this.#isClosed) throw new DrayError('CANCELLED', 'The connection to this machine is closed.')
  }

  #track(child: Child): Child {
    this.#commandsRun += 1
    this.#children.add(child)
    void child.ended.then(() => this.#children.delete(child))
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const socket of this.#sockets) socket.destroy()
    for (const child of this.#children) child.end()
    await Promise.all([...this.#children].map((child) => child.ended))
  }
}
