import type { Failure } from '../../deploy/model/events.ts'
import { releaseLabel, releaseNumber, type Release } from '../../deploy/model/release.ts'
import { findOtherImage } from '../../deploy/releases/same-release.ts'
import { deployAgain, findDrift } from './find-drift.ts'
import type { StatusObservation } from './status-observation.ts'
import { findStackDrift } from './find-stack-drift.ts'
import { inactiveStatus, isUp, serviceStatus } from './service-status.ts'
import { stackServiceStatus, swarmStatus } from './stack-status.ts'
import type { Drift, EnvironmentStatus, HostStatus, KnownHost, ServiceStatus, Verdict } from './status.ts'

/** Observations of the hosts of an environment, in configuration order. */
export type ObservedEnvironment = {
  environment: string
  /** The app's directory on the hosts. */
  path: string
  hosts: readonly ({ host: string } & ({ observation: StatusObservation } | { failure: Failure }))[]
}

/** Makes the status from the observations. Pure: ages are relative to each host's own clock. */
export function makeStatus(observed: ObservedEnvironment): EnvironmentStatus {
  const newest = newestReleaseOf(observed)
  const hosts = observed.hosts.map((it): HostStatus => {
    if ('failure' in it) return { host: it.host, verdict: 'unknown', failure: it.failure }
    return hostStatus({ ...it, environment: observed.environment, path: observed.path }, newest)
  })
  return { environment: observed.environment, verdict: worstVerdict(hosts.map((it) => it.verdict)), hosts }
}

/** The status of an environment whose configuration cannot be read. */
export function unknownEnvironment(environment: string, failure: Failure): EnvironmentStatus {
  return { environment, verdict: 'unknown', hosts: [], failure }
}

type Seen = { host: string; observation: StatusObservation; environment: string; path: string }

function hostStatus(seen: Seen, newest: Newest | undefined): KnownHost {
  const { host, observation } = seen
  const { release, lock, nowMs, fileSystems, urls, stack } = observation
  const drift = lock === undefined ? driftOf(seen, newest) : []
  const services = servicesOf(observation).sort((a, b) => (a.service < b.service ? -1 : 1))
  return {
    host,
    verdict: verdictOf({ observation, services, drift }),
    ...(release === undefined
      ? {}
      : {
          release: {
            id: release.id,
            ...(release.tag === undefined ? {} : { tag: release.tag }),
            createdAtMs: release.createdAtMs,
            ageMs: Math.max(0, nowMs - release.createdAtMs),
            by: release.by,
          },
        }),
    services,
    drift,
    urls,
    fileSystems,
    ...(stack === undefined ? {} : { swarm: swarmStatus(stack) }),
    ...(lock === undefined ? {} : { lock: lock.holder === undefined ? {} : { holder: lock.holder } }),
  }
}

/** The services of the release. Of a swarm without a leader nothing is known. */
function servicesOf(observation: StatusObservation): ServiceStatus[] {
  const { release, stack, nowMs } = observation
  if (stack !== undefined && 'failure' in stack) return []
  const deployed = Object.entries(release?.services ?? {}).map(([name, released]) =>
    stack === undefined
      ? serviceStatus(name, released, observation)
      : stackServiceStatus(name, released, { view: stack.view, nowMs }),
  )
  if (stack !== undefined) return deployed
  const started = Object.entries(release?.inactive ?? {}).flatMap(
    ([name, released]) => inactiveStatus(name, released, observation) ?? [],
  )
  return [...deployed, ...started]
}

function driftOf({ host, observation, environment, path }: Seen, newest: Newest | undefined): Drift[] {
  const { release, stack } = observation
  if (newest === undefined) return []
  if (release === undefined) return [describeNone(host, newest, environment)]
  const input = { host, environment, path, observation, release }
  if (stack !== undefined) return findStackDrift(input, 'view' in stack ? stack.view : undefined)
  const found = findDrift(input)
  const message = describeOther(release, newest, environment)
  if (message === undefined) return found
  const hint = `${deployAgain({ environment, release: { ...release, tag: undefined } })} brings all hosts to the same release.`
  return [{ kind: 'release', subject: release.id, message, hint }, ...found]
}

type Newest = { host: string; release: Release }

/** A host that serves nothing beside one that does: half of the requests fail if a load balancer sends them to both. */
function describeNone(host: string, newest: Newest, environment: string): Drift {
  const { id, tag } = newest.release
  return {
    kind: 'release',
    subject: id,
    message: `No release is here, but ${newest.host} has ${releaseLabel(id, tag)}.`,
    hint: `\`dray deploy ${environment} --only ${host}\` brings it here; no task runs.`,
  }
}

/** How the release of a host differs from the newest one; undefined if it is the same. */
function describeOther(
  release: Release,
  { host, release: newest }: Newest,
  environment: string,
): string | undefined {
  if (release.id !== newest.id)
    return `Release ${release.id} is current here, but another host of ${environment} has ${newest.id}.`
  const [here, there] = [release, newest].map(({ id, tag }) => releaseLabel(id, tag))
  if (here !== there) return `Release ${here} is current here, but ${host} has ${there}.`
  const other = findOtherImage(release, newest)
  return other && `${other} of release ${release.id} has another image here than on ${host}.`
}

/** Hosts of one environment receive each release together, under one number. The first of several with the newest one. */
function newestReleaseOf({ hosts }: ObservedEnvironment): Newest | undefined {
  return hosts
    .flatMap((it) =>
      'observation' in it && it.observation.release !== undefined
        ? [{ host: it.host, release: it.observation.release }]
        : [],
    )
    .sort((a, b) => releaseNumber(b.release.id) - releaseNumber(a.release.id))[0]
}

function verdictOf({
  observation,
  services,
  drift,
}: {
  observation: StatusObservation
  services: readonly ServiceStatus[]
  drift: readonly Drift[]
}): KnownHost['verdict'] {
  if (observation.stack !== undefined && 'failure' in observation.stack) return 'unhealthy'
  if (observation.lock !== undefined) return isDown(observation, services) ? 'unhealthy' : 'deploying'
  if (observation.release === undefined && drift.length === 0) return 'nothing-deployed'
  if (services.some(isUnhealthy) || observation.urls.some(({ isGood }) => !isGood)) return 'unhealthy'
  return drift.length > 0 ? 'drifted' : 'ok'
}

/**
 * Users notice, whatever a deploy is doing: a URL does not answer, or nothing of a service runs, not even a stand-in. A removal of
 * the app means that.
 */
function isDown({ lock, urls, containers }: StatusObservation, services: readonly ServiceStatus[]): boolean {
  if (lock?.holder?.removes === true) return false
  const standsIn = (service: string): boolean =>
    containers.some((it) => it.standIn === true && it.service === service && isUp(it))
  return urls.some(({ isGood }) => !isGood) || services.some((it) => isMissing(it) && !standsIn(it.service))
}

/** Nothing of a service that is to run runs. */
export function isMissing({ state, desired, running }: ServiceStatus): boolean {
  return desired > 0 && running === 0 && state !== 'ended'
}

/** Users would notice: its health check fails, it is in a crash loop, or it is missing. */
export function isUnhealthy({ state, health, desired }: ServiceStatus): boolean {
  if (health === 'unhealthy' || state === 'restarting') return true
  return desired > 0 && (state === 'missing' || state === 'stopped' || state === 'paused')
}

const WORST_FIRST: readonly Verdict[] = [
  'unknown',
  'unhealthy',
  'drifted',
  'nothing-deployed',
  'deploying',
  'ok',
]

export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return WORST_FIRST.find((it) => verdicts.includes(it)) ?? 'ok'
}
