import { randomBytes } from 'node:crypto'
import { DrayError } from '../../errors/dray-error.ts'
import type { Child } from './child.ts'
import type { CommandOutput } from './command-runner.ts'
import { processIdLine } from './remote-command.ts'
import { MOST_ERROR_BYTES, MOST_OUTPUT_BYTES, tooMuchOutput } from './too-much-output.ts'

/** Checks the shell's requirements, such as a built-in `printf`, so that input never becomes an argument. */
export const persistentShellCommand = `exec sh -c 'case $(command -v printf) in printf) command -v base64 && command -v setsid && echo dray-ready && exec sh ;; esac'`

/** Longer input uses a separate session: here it is one word of a shell command. */
export const MOST_SHELL_INPUT_BYTES = 256 * 1024

/** Characters of the greeting that are kept. */
const MOST_GREETING = 1024

type Exchange = {
  stdout: MarkedOutput
  stderr: MarkedOutput
  tellProcessId: (id: string) => void
  resolve: (output: CommandOutput) => void
  reject: (error: Error) => void
  title: string
  mostBytes: number
}

/** A command that `renderRemoteCommand` made, with its standard input. */
export type ShellCommand = {
  /** For messages: what printed too much. */
  title: string
  command: string
  input: Uint8Array
  /** More output than this ends the shell; 16 MiB by default. */
  mostBytes?: number | undefined
}

/**
 * A POSIX shell on a host that runs one command after another. A command costs one round trip, while a separate session
 * costs three (RFC 4254, 6.1 and 6.5). The output of each command is enclosed in marks that are unique to it.
 */
export class PersistentShell {
  readonly #child: Child
  /** Whether it can run commands; false if it ended before, or lacks a requirement. */
  readonly #fit: Promise<boolean>
  #isReady = false
  #isTaken = false
  #current: Exchange | undefined

  /** `child` runs `persistentShellCommand` on the host. */
  constructor(child: Child) {
    this.#child = child
    let tellFit: (isFit: boolean) => void = () => undefined
    this.#fit = new Promise((resolve) => (tellFit = resolve))
    let greeting = ''
    child.process.stdout.on('data', (chunk: Buffer) => {
      if (this.#isReady) {
        this.#take('stdout', chunk)
        return
      }
      // A login shell may print something first.
      greeting = (greeting + chunk.toString()).slice(-MOST_GREETING)
      this.#isReady = greeting.endsWith('dray-ready\n')
      if (this.#isReady) tellFit(true)
    })
    child.process.stderr.on('data', (chunk: Buffer) => this.#take('stderr', chunk))
    void child.ended.then(() => {
      this.#isReady = false
      tellFit(false)
      this.#current?.reject(
        new DrayError('HOST_COMMAND_FAILED', 'The shell that runs commands on the server ended.', {
          hint: 'Run the command again. If that happens again, look into the log of the kernel: memory may be short.',
        }),
      )
    })
  }

  /** Reserves the shell for one command; `run` must follow. False while another command has it, or if it cannot run any. */
  async take(): Promise<boolean> {
    if (this.#isTaken) return false
    this.#isTaken = true
    this.#isTaken = (await this.#fit) && this.#isReady
    return this.#isTaken
  }

  /**
   * Runs a command to completion; `tellProcessId` receives its process id. Throws if the shell ends before the command, and
   * HOST_COMMAND_FAILED after too much output, which ends the shell.
   */
  async run(
    { title, command, input, mostBytes = MOST_OUTPUT_BYTES }: ShellCommand,
    tellProcessId: (id: string) => void,
  ): Promise<CommandOutput> {
    const name = randomBytes(9).toString('hex')
    const ended = new Promise<CommandOutput>((resolve, reject) => {
      const [stdout, stderr] = [new MarkedOutput(name), new MarkedOutput(name)]
      this.#current = { stdout, stderr, tellProcessId, resolve, reject, title, mostBytes }
    })
    this.#child.process.stdin.write(renderExchange(command, { name, input }))
    try {
      return await ended
    } finally {
      this.#current = undefined
      this.#isTaken = false
    }
  }

  #take(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const exchange = this.#current
    if (exchange === undefined) return
    exchange[stream].push(chunk)
    const mostBytes = stream === 'stdout' ? exchange.mostBytes : MOST_ERROR_BYTES
    if (exchange[stream].bytes > mostBytes) {
      this.#current = undefined
      this.#isReady = false
      this.#child.end()
      exchange.reject(tooMuchOutput(exchange.title, mostBytes))
      return
    }
    if (stream === 'stderr') {
      const [, id] = /^dray-process (\d+)$/m.exec(exchange.stderr.soFar()) ?? []
      if (id !== undefined) exchange.tellProcessId(id)
    }
    const [stdout, stderr] = [exchange.stdout.end(), exchange.stderr.end()]
    if (stdout === undefined || stderr === undefined) return
    exchange.resolve({
      exitCode: stdout.exitCode,
      stdout: stdout.text,
      stderr: stderr.text
        .split('\n')
        .filter((line) => !processIdLine.test(line))
        .join('\n'),
    })
  }
}

/** The line that makes the shell run a command with its input and print marks of that name around the output. */
export function renderExchange(
  command: string,
  { name, input }: { name: string; input: Uint8Array },
): string {
  const fed =
    input.length === 0
      ? `(${command}) < /dev/null`
      : `printf %s '${Buffer.from(input).toString('base64')}' | base64 -d | (${command})`
  const [begin, end] = [beginMark(name), endMark(name)].map((mark) => mark.replaceAll('\n', '\\n'))
  return `printf '${begin}'; printf '${begin}' >&2; ${fed}; printf '${end}%d\\n' $?; printf '${end}0\\n' >&2\n`
}

const beginMark = (name: string): string => `\n@@dray-begin ${name}\n`
const endMark = (name: string): string => `\n@@dray-end ${name} `

/** Reads the output between the two marks of a command on one stream. */
class MarkedOutput {
  readonly #begin: string
  readonly #end: string
  readonly #chunks: Buffer[] = []
  bytes = 0
  /** The last characters read, long enough to contain the end mark. */
  #tail = ''

  constructor(name: string) {
    this.#begin = beginMark(name)
    this.#end = endMark(name)
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.bytes += chunk.length
    this.#tail = (this.#tail + chunk.toString('latin1')).slice(-2 * this.#end.length)
  }

  /** The first part of the output, long enough for the line with the process id. */
  soFar(): string {
    return (this.#chunks[0]?.toString('utf8') ?? '') + (this.#chunks[1]?.toString('utf8') ?? '')
  }

  /** Undefined until the end mark has been read. */
  end(): { text: string; exitCode: number } | undefined {
    if (!this.#tail.includes(this.#end) || !this.#tail.endsWith('\n')) return undefined
    const all = Buffer.concat(this.#chunks)
    const begin = all.indexOf(this.#begin) + this.#begin.length
    const end = all.lastIndexOf(this.#end)
    return {
      text: all.toString('utf8', begin, end),
      exitCode: Number(all.toString('utf8', end + this.#end.length)),
    }
  }
}
