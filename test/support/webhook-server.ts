import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export type WebhookAnswer =
  { status: number; headers?: Readonly<Record<string, string>>; body?: string } | 'none'

/** A server that takes what is posted to it, and gives these answers: the last one holds for all later requests. */
export class WebhookServer implements AsyncDisposable {
  readonly received: { path: string; headers: IncomingHttpHeaders; body: unknown }[] = []
  readonly #answers: WebhookAnswer[]
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      this.received.push({ path: request.url ?? '', headers: request.headers, body })
      const [answer = 'none'] = this.#answers.length > 1 ? this.#answers.splice(0, 1) : this.#answers
      if (answer !== 'none') response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })

  private constructor(answers: readonly WebhookAnswer[]) {
    this.#answers = [...answers]
  }

  static async start(...answers: readonly WebhookAnswer[]): Promise<WebhookServer> {
    const server = new WebhookServer(answers.length === 0 ? [{ status: 200, body: 'ok' }] : answers)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  /** As messages name it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `http://${this.host}/services/T000/the-secret-part`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
