import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDirectory } from '../../../support/net/machine.ts'
import { mustRun } from '../../../support/net/run-command.ts'

type Packed = { filename: string; name: string; version: string }

/** A stand-in for the npm registry, with one package: this clone's, as `npm pack` makes it. */
export type PackedRegistry = AsyncDisposable & { url: string }

/**
 * Packs this clone, which must be built, and serves the package on an address of this machine.
 * Answers what `npx` and `npm install` ask: the package's document (npm's `package-metadata.md`) and its archive.
 */
export async function startPackedRegistry(address: string): Promise<PackedRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-npm-'))
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory }
  const pack = ['npm', 'pack', '--json', '--pack-destination', directory]
  const [packed] = JSON.parse(await mustRun(pack, { cwd: cloneDirectory, env })) as Packed[]
  if (packed === undefined) throw new Error('`npm pack` made no package.')
  const { filename, name, version } = packed
  const archive = await readFile(join(directory, filename))
  const manifest = JSON.parse(await readFile(join(cloneDirectory, 'package.json'), 'utf8')) as object

  const server = createServer((request, response) => {
    const url = `http://${request.headers.host ?? ''}`
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
    const dist = { tarball: `${url}/${filename}`, integrity }
    const document = {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist } },
    }
    if (request.url === `/${filename}`) response.end(archive)
    else if (request.url === `/${name}`)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    else response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${address}:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
