import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { command } from '../../test/support/images/command.ts'

/** The wanted port if it is free, otherwise the first free one from 8080 to 8179. Throws if all are in use. */
export async function findPublishedPort(wanted: number): Promise<number> {
  const published = await publishedPorts()
  for (const port of [wanted, ...Array.from({ length: 100 }, (_, index) => 8080 + index)]) {
    if (!published.has(port) && (await isFree(port))) return port
  }
  throw new Error(`Port ${wanted} and the ports 8080 to 8179 are in use.`)
}

/** A free port of the loopback address, as the system gives it. */
export async function findLoopbackPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Docker can publish a port without a process that listens on it. */
async function publishedPorts(): Promise<Set<number>> {
  const printed = await command(['docker', 'ps', '--format', '{{.Ports}}'])
  return new Set([...printed.matchAll(/:(\d+)->/g)].map(([, port]) => Number(port)))
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    const listening = once(server, 'listening')
    server.listen(port)
    await listening
  } catch (error) {
    // A user who may not listen there can still have Docker do it.
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
  server.close()
  await once(server, 'close')
  return true
}
