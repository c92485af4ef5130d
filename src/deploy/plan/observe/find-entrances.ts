import { certainPorts, type AppModel } from '../../model/app-model.ts'
import { frontName } from '../../model/front.ts'
import { entranceAt, NO_UPSTREAM, SERVER_ERROR } from '../../model/entrance.ts'
import type { HostObservation } from '../../model/observation.ts'
import type { Entrance } from '../../model/prober.ts'
import type { Container } from '../../model/container.ts'
import type { Prober } from '../../model/prober.ts'

/** A published port with another protocol may never answer a request, and a busy server is slow. */
const TIMEOUT_MS = 3_000

/**
 * Requests every port that the app publishes now and still will after the deploy. Those that answer HTTP are the ports through
 * which users reach the app; one that answers with a server error may do so after the deploy, unless it says that the app is
 * down. Others do not answer HTTP. Of a front, its domains are requested instead of port 443. Never throws.
 */
export async function findEntrances(
  containers: readonly Container[],
  app: AppModel,
  { prober, domains }: { prober: Prober; domains: readonly Entrance[] },
): Promise<Pick<HostObservation, 'entrances' | 'silentPorts'>> {
  const kept = new Set(app.services.flatMap(certainPorts))
  const published = containers.filter(({ state, oneOff }) => state === 'running' && !oneOff)
  const candidates = published.flatMap(({ service, publishedPorts, portAddresses }) =>
    [...publishedPorts]
      .sort((a, b) => a - b)
      .filter((port) => kept.has(String(port)))
      .flatMap((port) => {
        const isOfDomains = service === frontName && port === 443 && domains.length > 0
        return isOfDomains ? domains : [entranceAt(String(port), portAddresses?.[port])]
      }),
  )
  const answers = await Promise.all(
    [...new Map(candidates.map((it) => [it.url, it])).values()].map(async (entrance) => ({
      entrance,
      answer: await prober.get(entrance.url, TIMEOUT_MS, entrance),
    })),
  )
  return {
    entrances: answers.flatMap(({ entrance, answer }): Entrance[] => {
      if (!('status' in answer) || NO_UPSTREAM.includes(answer.status)) return []
      return [{ ...entrance, ...(answer.status < SERVER_ERROR ? {} : { orStatus: answer.status }) }]
    }),
    silentPorts: answers.flatMap(({ entrance: { url, domain }, answer }) =>
      'error' in answer && domain === undefined ? [{ url, error: answer.error }] : [],
    ),
  }
}

/** Domains of the front that have no address, as seen from here. Of an authority of one's own they may have one elsewhere only. */
export async function findUnknownDomains(
  { front }: Pick<AppModel, 'front'>,
  prober: Pick<Prober, 'lookUp'>,
): Promise<string[]> {
  const asked = (front?.domains ?? []).map(async ({ name, anyIssuer }) =>
    anyIssuer || (await prober.lookUp(name)).length > 0 ? [] : [name],
  )
  return (await Promise.all(asked)).flat()
}
