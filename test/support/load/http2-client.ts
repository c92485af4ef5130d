import { once } from 'node:events'
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'

/**
 * Sends requests over one connection with HTTP/2, as a browser does: after GOAWAY it opens another connection, and repeats a request
 * that the server has refused unseen (RFC 9113, 6.8 and 8.7).
 */
export class Http2Client implements AsyncDisposable {
  readonly #url: string
  #session: ClientHttp2Session | undefined

  constructor(url: string) {
    this.#url = url
  }

  /** The body of the answer to `GET /`, or what failed. */
  async ask(): Promise<string> {
    for (;;) {
      let stream: ClientHttp2Stream | undefined
      try {
        stream = this.#open().request({ ':path': '/' })
        return await readBody(stream)
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException
        const isUnseen =
          stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM || code === 'ERR_HTTP2_GOAWAY_SESSION'
        if (!isUnseen) return `${code} ${String(error)}`
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session
    if (session === undefined || session.closed) return
    session.close()
    await once(session, 'close')
  }

  #open(): ClientHttp2Session {
    if (this.#session !== undefined) return this.#session
    const session = connect(this.#url, { rejectUnauthorized: false })
    const forget = (): void => {
      if (this.#session === session) this.#session = undefined
    }
    session.on('goaway', forget)
    session.on('close', forget)
    session.on('error', forget)
    this.#session = session
    return session
  }
}

async function readBody(stream: ClientHttp2Stream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
