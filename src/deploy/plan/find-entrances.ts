import type { AppModel } from '../model/app-model.ts'
import type { Entrance } from '../model/observation.ts'
import type { Container } from '../model/container.ts'
import type { Prober } from '../model/prober.ts'

/** A published port with another protocol may never answer a request. */
const TIMEOUT_MS = 1_000

/** The lowest status that is a server error (RFC 9110, 15.6). */
const SERVER_ERROR = 500

/**
 * Requests every port that the app publishes now and still will after the deploy. Returns those that answer HTTP without a
 * server error: the ports through which users reach the app. Ports of other protocols are left out. Never throws.
 */
export async function findEntrances(
  containers: readonly Container[],
  app: AppModel,
  prober: Prober,
): Promise<Entrance[]> {
  const kept = new Set(app.services.flatMap(({ publishedPorts }) => publishedPorts))
  const published = containers.filter(({ state, oneOff }) => state === 'running' && !oneOff)
  const ports = new Set(published.flatMap(({ publishedPorts }) => publishedPorts))
  const answers = await Promise.all(
    [...ports]
      .filter((port) => kept.has(String(port)))
      .sort((a, b) => a - b)
      .map(async (port): Promise<Entrance[]> => {
        const url = `http://localhost:${port}/`
        const answer = await prober.get(url, TIMEOUT_MS)
        return 'status' in answer && answer.status < SERVER_ERROR ? [{ url, below: SERVER_ERROR }] : []
      }),
  )
  return answers.flat()
}
