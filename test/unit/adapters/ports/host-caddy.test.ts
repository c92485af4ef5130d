import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { renewHostCaddy } from '../../../../src/adapters/ports/host-caddy.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'

/** What was asked of an administration that answers in this way, and whether it was renewed for port 3001. */
async function renew(answer: RequestListener): Promise<{ renewed: boolean; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      asked.push(
        [method, url, headers['cache-control'] ?? '', Buffer.concat(chunks).toString()].join(' ').trim(),
      )
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const runner = { dial: async () => connect(port, '127.0.0.1') } as unknown as CommandRunner
  const renewed = await renewHostCaddy(runner, [3001])
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return { renewed, asked }
}

const configuration = (dial: string) => JSON.stringify({ apps: { http: { upstreams: [{ dial }] } } })

test.each(['127.0.0.1:3001', 'localhost:3001', '[::1]:3001', ':3001'])(
  'Caddy that sends requests to %s loads its own configuration again',
  async (dial) => {
    const found = configuration(dial)
    const { renewed, asked } = await renew((request, response) =>
      response.end(request.method === 'GET' ? found : ''),
    )
    expect(renewed).toBe(true)
    expect(asked).toEqual(['GET /config/', `POST /load must-revalidate ${found}`])
  },
)

test.each<[string, RequestListener]>([
  ['sends requests elsewhere', (_, response) => response.end(configuration('127.0.0.1:3002'))],
  ['sends requests to another host', (_, response) => response.end(configuration('10.0.0.7:3001'))],
  ['refuses', (_, response) => response.writeHead(403).end(configuration('127.0.0.1:3001'))],
  ['ends', (request) => request.socket.destroy()],
  [
    'answers without an end',
    (_, response) => void response.end(`${configuration(':3001')}${' '.repeat(5_000_000)}`),
  ],
])('a Caddy that %s is left alone', async (_what, answer) => {
  const { renewed, asked } = await renew(answer)
  expect({ renewed, asked }).toEqual({ renewed: false, asked: ['GET /config/'] })
})

test('a Caddy that rejects its configuration was not renewed', async () => {
  const { renewed } = await renew((request, response) => {
    response.statusCode = request.method === 'GET' ? 200 : 400
    response.end(configuration('127.0.0.1:3001'))
  })
  expect(renewed).toBe(false)
})
