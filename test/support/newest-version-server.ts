import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type NewestVersionAnswer = { status: number; body: string } | { silent: true }

/** GitHub's API as far as dray asks it for its newest version; it goes with the test. */
export type NewestVersionServer = { url: string; requests: { path: string; headers: IncomingHttpHeaders }[] }

/** Answers every request alike: with a release of dray of this version, or as told. */
export async function startNewestVersionServer(
  answer: string | NewestVersionAnswer,
): Promise<NewestVersionServer> {
  const requests: NewestVersionServer['requests'] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    if (typeof answer === 'object' && 'silent' in answer) return
    const { status, body } = typeof answer === 'string' ? releaseOf(answer) : answer
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

function releaseOf(version: string): { status: number; body: string } {
  return {
    status: 200,
    body: JSON.stringify({ tag_name: `v${version}`, name: `dray ${version}`, prerelease: false }),
  }
}
