import { isRunning, type Container } from '../../model/container.ts'
import type { Engine } from '../../model/ports.ts'
import type { Prober } from '../../model/prober.ts'

/** A container that does not answer in this time is not read. */
const READ_MS = 5_000

/**
 * The kernel's tables of TCP connections and unix sockets in running containers, by the id of the container: with one command on the
 * host, and in the container itself where the host does not show its processes. A container without `cat` has an empty one there.
 */
export async function readTables(
  containers: readonly Container[],
  { engine, prober }: { engine: Pick<Engine, 'exec'>; prober: Pick<Prober, 'networkTables'> },
): Promise<ReadonlyMap<string, string>> {
  const running = containers.filter((it) => isRunning(it) && !it.oneOff)
  const seen = await prober.networkTables(running)
  const tables = running.map(async ({ id }) => [id, seen.get(id) ?? (await readInside(id, engine))] as const)
  return new Map(await Promise.all(tables))
}

/** Never rejects: it may have ended. */
async function readInside(id: string, { exec }: Pick<Engine, 'exec'>): Promise<string> {
  // The output that is returned has only the last lines.
  const lines: string[] = []
  const argv = ['cat', '/proc/net/tcp', '/proc/net/tcp6', '/proc/net/unix']
  await exec(id, argv, { timeoutMs: READ_MS, onLine: (line) => lines.push(line) }).catch(() => undefined)
  return lines.join('\n')
}
