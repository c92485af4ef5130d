import { Duplex } from 'node:stream'
import { type Child, startChild } from './child.ts'
import type { CommandStream } from './command-runner.ts'
import { keepTail } from './keep-tail.ts'
import { MOST_ERROR_BYTES, onTooMuch } from './too-much-output.ts'

/** Bytes kept from the end of error output. */
const ERROR_BYTES = 1024 ** 2

/**
 * Starts a program and returns its standard streams as one stream; destroying the stream ends the program, and so does too
 * much error output. `ownOutput` selects the relevant part of each chunk of output.
 */
export function openChild(
  program: string,
  args: readonly string[],
  ownOutput: (chunk: Buffer) => Buffer = (chunk) => chunk,
): CommandStream & { child: Child } {
  const child = startChild(program, args)
  const stderr = keepTail<Buffer>(ERROR_BYTES)
  const measure = onTooMuch(MOST_ERROR_BYTES, child.end)
  child.process.stderr.on('data', (chunk: Buffer) => {
    if (measure(chunk)) stderr.add(chunk)
  })
  const ended = child.ended.then(({ exitCode, refusal }) => {
    if (refusal) throw refusal
    return { exitCode, stderr: Buffer.concat(stderr.parts()).toString('utf8') }
  })
  // It must not be unhandled if only the stream is of interest.
  ended.catch(() => undefined)
  return { stream: new ChildStream(child, ownOutput), ended, child }
}

class ChildStream extends Duplex {
  readonly #child: Child

  constructor(child: Child, ownOutput: (chunk: Buffer) => Buffer) {
    super({ allowHalfOpen: true })
    this.#child = child
    const { stdout } = child.process
    stdout.on('data', (chunk: Buffer) => {
      const own = ownOutput(chunk)
      if (own.length > 0 && !this.push(own)) stdout.pause()
    })
    stdout.once('end', () => this.push(null))
    // A program that could not be started has no output to end.
    void child.ended.then(() => this.readableEnded || this.push(null))
  }

  override _read(): void {
    this.#child.process.stdout.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const { stdin } = this.#child.process
    // A program that has exited accepts no more input, but its output must still be read.
    if (stdin.writable) stdin.write(chunk, () => done())
    else done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.process.stdin.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.process.stdin.destroy()
    this.#child.end()
    done(error)
  }
}
