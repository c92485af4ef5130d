import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/**
 * A connection forwarded over SSH. OpenSSH accepts it locally before it asks the server, so a refused connection looks
 * like one that ends without a byte. This converts that case to an error, whose text `explain` provides.
 */
export class ForwardedStream extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket, explain: () => Promise<Error>) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.once('end', () => {
      if (socket.bytesRead > 0) this.push(null)
      else void explain().then((error) => this.destroy(error))
    })
    socket.on('error', (error) => {
      if (socket.bytesRead > 0) this.destroy(error)
      else void explain().then((reason) => this.destroy(reason))
    })
    socket.once('close', () => {
      if (socket.bytesRead > 0 && !this.readableEnded) this.push(null)
    })
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // If the other side has closed the connection, the end of the readable side shows why. Node ends a request with an empty
    // write; on a closed connection, an error there would discard an answer that has already arrived.
    if (this.#socket.writable && chunk.length > 0) this.#socket.write(chunk, () => done())
    else done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
