import getPort, { portNumbers } from 'get-port'
import { command } from '../../test/support/images/command.ts'

/**
 * The wanted port if it is free, otherwise the first free one from 8080 to 8179, otherwise any. Skips a port that this user
 * may not listen on: a rootless Engine could not publish it either.
 */
export async function findPublishedPort(wanted: number): Promise<number> {
  return getPort({ port: [wanted, ...portNumbers(8080, 8179)], exclude: await publishedPorts() })
}

/** Docker can publish a port without a process that listens on it. */
async function publishedPorts(): Promise<Set<number>> {
  const printed = await command(['docker', 'ps', '--format', '{{.Ports}}'])
  return new Set([...printed.matchAll(/:(\d+)->/g)].map(([, port]) => Number(port)))
}
