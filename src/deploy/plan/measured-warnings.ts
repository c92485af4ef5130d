import { guessEntrance, SET_PROBE } from '../model/entrance.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { warnOfCallers } from './callers/warn-of-callers.ts'
import type { HostPlan } from './plan-host.ts'

/**
 * Risks of the plan on one host that come from what was measured at that moment: addresses in the DNS, what a URL answers, open
 * connections. Another look may find others, although the plan does the same.
 */
export function measuredWarnings({ observation, decisions }: HostPlan, desired: DesiredRelease): string[] {
  return [
    ...observation.unknownDomains.map(
      (domain) =>
        `${domain} has no address, as seen from here, so that no certificate can be issued for it. Point its DNS record at ${observation.host}.`,
    ),
    ...warnOfGuess(observation, desired),
    ...decisions.flatMap((decision) => warnOfCallers(decision, observation)),
  ]
}

/** Without `probe` in dray.yml, the proxy's port is requested without knowing what it should answer. */
function warnOfGuess(observation: HostObservation, desired: DesiredRelease): string[] {
  const guess = desired.probeUrl === undefined ? guessEntrance(observation, desired) : undefined
  if (guess === undefined) return []
  const silent = observation.silentPorts.find(({ url }) => url === guess.url)
  if (silent !== undefined) {
    return [`The app is not checked: ${silent.url} does not answer requests (${silent.error}). ${SET_PROBE}`]
  }
  const status = observation.entrances.find(({ url }) => url === guess.url)?.orStatus
  if (status === undefined) return []
  return [`${guess.url} answers ${status}, which counts as its usual answer. ${SET_PROBE}`]
}
