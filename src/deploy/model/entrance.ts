import type { AppModel } from './app-model.ts'
import type { DesiredRelease, HostObservation } from './observation.ts'
import type { Entrance } from './prober.ts'
import type { ProbeAnswer } from './prober.ts'
import type { Release } from './release.ts'

/** The lowest status that is a server error (RFC 9110, 15.6). */
export const SERVER_ERROR = 500

/** A configured URL must answer with a lower status. */
const PROBE_BELOW = 400

/** Statuses of a proxy that reaches no upstream (RFC 9110, 15.6.3 and 15.6.5): the app is down, whatever the request. */
export const NO_UPSTREAM: readonly number[] = [502, 504]

/** What to do about a guessed URL. */
export const SET_PROBE =
  'Set `probe` in dray.yml to a URL that answers, or `probe: false` if the app has none.'

/** Whether a URL answered as a deploy expects it to. */
export function isAccepted({ below, orStatus }: Entrance, answer: ProbeAnswer): boolean {
  return 'status' in answer && (answer.status < below || answer.status === orStatus)
}

/** `answers 502`, `does not answer (ECONNREFUSED)`: follows the URL. */
export function describeAnswer(answer: ProbeAnswer): string {
  if ('status' in answer) return `answers ${answer.status}`
  return answer.unsent ? `could not be requested (${answer.error})` : `does not answer (${answer.error})`
}

/** The service that receives requests: the configured one, or the only proxy that publishes a port. */
export function entryProxyOf(
  { directory, proxies }: Pick<HostObservation, 'directory' | 'proxies'>,
  { proxyService }: Pick<DesiredRelease, 'proxyService'>,
): string | undefined {
  if (proxyService !== undefined) return proxyService
  const published = directory.app.services.filter(
    ({ name, publishedPorts }) => publishedPorts.length > 0 && proxies.some((it) => it.service === name),
  )
  return published.length === 1 ? published[0]?.name : undefined
}

/** The URL of `probe` in dray.yml; undefined without one, and if it is `false`. */
export function configuredProbe({ probeUrl }: Pick<DesiredRelease, 'probeUrl'>): Entrance | undefined {
  return typeof probeUrl === 'string' ? { url: probeUrl, below: PROBE_BELOW } : undefined
}

type Observed = Pick<HostObservation, 'directory' | 'proxies' | 'entrances' | 'silentPorts'>

/**
 * The URL that shows whether the app answers. A configured URL must return 2xx or 3xx. Without one, the proxy's own port is
 * used, which is a guess: requests to it may need a host name or another protocol. It is only checked after the deploy if it
 * answered before, and if nothing was there to answer, its silence is no failure (`guess`).
 */
export function probeTargetOf(
  observation: Observed,
  desired: Pick<DesiredRelease, 'proxyService' | 'probeUrl'>,
): (Entrance & { guess?: true }) | undefined {
  if (desired.probeUrl === false) return undefined
  const configured = configuredProbe(desired)
  if (configured !== undefined) return configured
  const guess = guessEntrance(observation, desired)
  if (guess === undefined || observation.silentPorts.some(({ url }) => url === guess.url)) return undefined
  return observation.entrances.find(({ url }) => url === guess.url) ?? { ...guess, guess: true }
}

/**
 * The URLs of a release that runs: that of the probe, and the published ports that answered at the end of its deploy. None on a
 * host that runs only services without a published port.
 */
export function entrancesOf(
  release: Pick<Release, 'entrances' | 'elsewhere'> | undefined,
  probeUrl: string | undefined,
): Entrance[] {
  if (release === undefined) return []
  const recorded = release.entrances ?? []
  if (release.elsewhere !== undefined && recorded.length === 0) return []
  const probe = configuredProbe({ probeUrl })
  return [...(probe === undefined ? [] : [probe]), ...recorded.filter(({ url }) => url !== probeUrl)]
}

/** The proxy's published port, as it is reached on the host. */
export function guessEntrance(
  observation: Pick<HostObservation, 'directory' | 'proxies'>,
  desired: Pick<DesiredRelease, 'proxyService'>,
): Entrance | undefined {
  const entry = entryProxyOf(observation, desired)
  const proxy = observation.directory.app.services.find(({ name }) => name === entry)
  const port = proxy?.publishedPorts.find((it) => it !== '443' && /^\d+$/.test(it))
  return port === undefined ? undefined : entranceAt(port, proxy?.portAddresses?.[port])
}

/** The domains that a release serves over HTTPS: those of its front; of an archived release, those that it recorded. */
export function listDomains(
  { front }: Pick<AppModel, 'front'>,
  restores: DesiredRelease['restores'],
): Entrance[] {
  if (restores !== undefined) return (restores.entrances ?? []).filter((it) => it.domain !== undefined)
  return (front?.domains ?? []).map(({ name, anyIssuer }) => ({
    url: `https://${name}/`,
    below: SERVER_ERROR,
    fromHost: true,
    domain: { anyIssuer },
  }))
}

/** Whether it is requested from the host, rather than from the machine that runs dray. */
export function isAtHost({ url, fromHost }: Entrance): boolean {
  return fromHost === true || new URL(url).hostname === 'localhost'
}

/** A published port. One that is published on one address of the host is requested there, from the host. */
export function entranceAt(port: string, address: string | undefined): Entrance {
  const at = address === undefined || isLocal(address) ? undefined : address
  const host = at === undefined ? 'localhost' : at.includes(':') ? `[${at}]` : at
  return {
    url: `http://${host}:${port}/`,
    below: SERVER_ERROR,
    ...(at === undefined ? {} : { fromHost: true as const }),
  }
}

function isLocal(address: string): boolean {
  return ['', '0.0.0.0', '::', '127.0.0.1'].includes(address)
}
