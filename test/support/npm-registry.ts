import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A registry of npm on this machine, for what `npm publish`, `npm install`, `npm view` and `npm pack` ask. */
export type NpmRegistry = {
  /** `http://ADDRESS:PORT/` */
  url: string
  /** What was published, by the path of its tarball. */
  tarballs: ReadonlyMap<string, Buffer>
  [Symbol.asyncDispose]: () => Promise<void>
}

type Publish = {
  name: string
  versions: Record<string, object>
  'dist-tags': Record<string, string>
  _attachments: Record<string, { data: string }>
}

/**
 * Starts one on an address of this machine. Verdaccio is the usual stand-in; its current version needs Node 22, and dray is tested on Node 20 too. npm
 * speaks to both alike: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md
 */
export async function startNpmRegistry(address = '127.0.0.1'): Promise<NpmRegistry> {
  const packages = new Map<string, Omit<Publish, '_attachments'>>()
  const tarballs = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const answer = (status: number, body: object | Buffer): void => {
      response.writeHead(status).end(Buffer.isBuffer(body) ? body : JSON.stringify(body))
    }
    const { pathname } = new URL(request.url ?? '/', 'http://registry')
    const name = decodeURIComponent(pathname.slice(1))
    if (request.method === 'PUT') {
      void readBody(request).then((body) => {
        const { _attachments, ...document } = JSON.parse(body.toString()) as Publish
        packages.set(name, document)
        for (const [file, { data }] of Object.entries(_attachments))
          tarballs.set(`/${name}/-/${file}`, Buffer.from(data, 'base64'))
        answer(201, {})
      })
      return
    }
    const found = tarballs.get(pathname) ?? packages.get(name)
    answer(found === undefined ? 404 : 200, found ?? { error: 'not found' })
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}/`,
    tarballs,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
