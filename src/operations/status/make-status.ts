import type { Failure } from '../../deploy/model/events.ts'
import { releaseLabel, releaseNumber, renderDeployAgain, type Release } from '../../deploy/model/release.ts'
import { findOtherImage } from '../../deploy/releases/same-release.ts'
import { findDrift } from './find-drift.ts'
import { explainInterrupted } from './interrupted-drift.ts'
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
  hosts: readonly ({ host: string } & (
    | { observation: StatusObservation }
    | { failure: Failure }
    /** What the dray of a gate says; `nowMs` is its time. Of several hosts, if the gate is on another machine. */
    | { told: readonly HostStatus[]; nowMs: number }
  ))[]
}

/** Makes the status from the observations. Pure: ages are relative to each host's own clock. */
export function makeStatus(observed: ObservedEnvironment): EnvironmentStatus {
  const newest = newestReleaseOf(observed)
  const hosts = observed.hosts.flatMap((it): readonly HostStatus[] => {
    if ('told' in it) return it.told.map((told) => besideOthers(told, newest, observed.environment))
    if ('failure' in it) return [{ host: it.host, verdict: 'unknown', failure: it.failure }]
    return [hostStatus({ ...it, environment: observed.environment, path: observed.path }, newest)]
  })
  return { environment: observed.environment, verdict: worstVerdict(hosts.map((it) => it.verdict)), hosts }
}

/** The status of an environment whose configuration cannot be read. */
export function unknownEnvironment(environment: string, failure: Failure): EnvironmentStatus {
  return { environment, verdict: 'unknown', hosts: [], failure }
}

type Seen = { host: string; observation: StatusObservation; environment: string; path: string }

function hostStatus(seen: Seen, newest: Newest | undefined): KnownHost {
  const { host, observation, environment } = seen
  const { release, lock, nowMs, fileSystems, journalBytes, urls, stack, notSetUp } = observation
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
            ...(release.commit && { commit: release.commit }),
            createdAtMs: release.createdAtMs,
            ageMs: Math.max(0, nowMs - release.createdAtMs),
            by: release.by,
          },
        }),
    services,
    drift,
    ...(notSetUp !== undefined && { notSetUp: { message: notSetUp, hint: setUpHint(environment) } }),
    urls,
    fileSystems,
    journalBytes,
    ...(stack === undefined ? {} : { swarm: swarmStatus(stack) }),
    ...(lock === undefined ? {} : { lock: lock.holder === undefined ? {} : { holder: lock.holder } }),
  }
}

function setUpHint(environment: string): string {
  return `\`dray setup ${environment}\` prepares the server for the first deploy.`
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

function driftOf(
  { host, observation, environment, path }: Seen,
  newest: Newest | undefined,
): readonly Drift[] {
  const { release, stack } = observation
  if (newest === undefined) return []
  if (release === undefined) return [describeNone(host, newest, environment)]
  const input = { host, environment, path, observation, release }
  if (stack !== undefined)
    return explainInterrupted(findStackDrift(input, 'view' in stack ? stack.view : undefined), input)
  const found = explainInterrupted(findDrift(input), input)
  const message = describeOther(release, newest, environment)
  if (message === undefined) return found
  const hint = hintOf(host, { release, newest }, environment)
  return [{ kind: 'release', subject: release.id, message, hint }, ...found]
}

/**
 * How a host gets the newest release: from the others, by its digests. A deploy to all ends two releases under one number, as the
 * others then have no single one to give.
 */
function hintOf(
  host: string,
  { release, newest }: { release?: { id: string }; newest: Newest },
  environment: string,
): string {
  if (newest.isDivided || release?.id === newest.release.id)
    return `${renderDeployAgain(environment, newest.release)} brings all hosts to the same release.`
  return `\`dray deploy ${environment} --only ${host}\` brings ${newest.release.id} here; no task runs.`
}

/** What a gate says of a host, with the drift that only those see who see the other hosts. */
function besideOthers(told: HostStatus, newest: Newest | undefined, environment: string): HostStatus {
  if (told.verdict === 'unknown' || newest === undefined || told.lock !== undefined) return told
  if (told.release?.id === newest.release.id) return told
  // Another release than its own is one that was interrupted.
  const isTold = ({ kind, subject }: Drift): boolean =>
    kind === 'release' && (told.release === undefined || told.release.id === subject)
  if (told.drift.some(isTold)) return told
  if (told.release === undefined) {
    const verdict = told.verdict === 'unhealthy' ? told.verdict : 'drifted'
    return { ...told, verdict, drift: [describeNone(told.host, newest, environment), ...told.drift] }
  }
  const { host, release } = told
  const message = otherNumber(release.id, newest, environment)
  const hint = hintOf(host, { release, newest }, environment)
  const verdict = told.verdict === 'ok' ? 'drifted' : told.verdict
  const drift: Drift = { kind: 'release', subject: release.id, message, hint }
  return { ...told, verdict, drift: [drift, ...told.drift] }
}

/** `images`: unknown of a host of a gate. */
type Candidate = { host: string; release: { id: string; tag?: string | undefined }; images?: Release }

/** `isDivided`: another host has another release under its number. */
type Newest = Candidate & { isDivided: boolean }

/** A host that serves nothing beside one that does: half of the requests fail if a load balancer sends them to both. */
function describeNone(host: string, newest: Newest, environment: string): Drift {
  const { id, tag } = newest.release
  return {
    kind: 'release',
    subject: id,
    message: `No release is here, but ${newest.host} has ${releaseLabel(id, tag)}.`,
    hint: hintOf(host, { newest }, environment),
  }
}

/** How the release of a host differs from the newest one; undefined if it is the same. */
function describeOther(release: Release, other: Newest, environment: string): string | undefined {
  if (release.id !== other.release.id) return otherNumber(release.id, other, environment)
  return describeSameNumber(release, other)
}

/** How the release of a host differs from another one with its number. */
function describeSameNumber(
  release: Release,
  { host, release: newest, images }: Candidate,
): string | undefined {
  const [here, there] = [release, newest].map(({ id, tag }) => releaseLabel(id, tag))
  if (here !== there) return `Release ${here} is current here, but ${host} has ${there}.`
  const image = images && findOtherImage(release, images)
  return image && `${image} of release ${release.id} has another image here than on ${host}.`
}

function otherNumber(here: string, { release }: Newest, environment: string): string {
  return `Release ${here} is current here, but another host of ${environment} has ${release.id}.`
}

/** Hosts of one environment receive each release together, under one number. The first of several with the newest one. */
function newestReleaseOf({ hosts }: ObservedEnvironment): Newest | undefined {
  const [newest, ...others] = hosts
    .flatMap((it): Candidate[] => {
      if ('told' in it)
        return it.told.flatMap(({ host, ...told }) =>
          'release' in told && told.release !== undefined ? [{ host, release: told.release }] : [],
        )
      const release = 'observation' in it ? it.observation.release : undefined
      return release === undefined ? [] : [{ host: it.host, release, images: release }]
    })
    .sort((a, b) => releaseNumber(b.release.id) - releaseNumber(a.release.id))
  if (newest === undefined) return undefined
  const same = others.filter(({ release }) => release.id === newest.release.id)
  const isDivided = same.some(
    ({ images }) => images !== undefined && describeSameNumber(images, newest) !== undefined,
  )
  return { ...newest, isDivided }
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
