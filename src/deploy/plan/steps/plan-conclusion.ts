import { isOneShot } from '../../model/app-model.ts'
import { listDomains, probeTargetOf } from '../../model/entrance.ts'
import type { Entrance } from '../../model/prober.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { findHolders } from '../front/find-holders.ts'
import { findOrphans, listInactive, listReleasedServices, type HostPlan, type NewStep } from '../plan-host.ts'
import { listStandIns } from './plan-stand-in.ts'
import { isSameContent, originalId, pinnedImages, type Release } from '../../model/release.ts'
import { retainReleases, unneededImageNames } from '../retention.ts'

/** Records the release on a host. */
export function planRecord(host: HostPlan, desired: DesiredRelease, release: string): NewStep {
  const { dropped, count } = chooseArchivedReleases(host, desired)
  const repeated = repeatedRelease(host, desired)
  const follows = repeated === undefined ? host.current && originalId(host.current) : repeated.follows
  return {
    kind: 'record-release',
    host: host.observation.host,
    cause: `archived releases for rollback: ${count}`,
    release,
    ...(follows === undefined ? {} : { follows }),
    services: listReleasedServices(host),
    ...listInactive(host, desired),
    dropReleases: dropped.map((it) => it.id),
  }
}

/** The old containers to stop; those that held a port of another service were stopped before that one started. */
export function planStops(host: HostPlan): OldStep[] {
  const isFreed = (id: string): boolean =>
    host.decisions
      .filter(({ action }) => action === 'recreate' || action === 'stand-in')
      .some(({ service }) => findHolders(service, host).some(({ containers }) => containers.includes(id)))
  return listOld(host)
    .map((step) => ({ ...step, containers: step.containers.filter((id) => !isFreed(id)) }))
    .filter(({ containers }) => containers.length > 0)
}

type OldStep = NewStep & { kind: 'stop-old' }

function listOld(host: HostPlan): OldStep[] {
  const stop = (service: string, containers: readonly string[], cause: string) => ({
    kind: 'stop-old' as const,
    host: host.observation.host,
    cause,
    service,
    containers,
  })
  return [
    ...host.decisions
      .filter(({ action, replaced }) => (action === 'roll' || action === 'leave') && replaced.length > 0)
      .map(({ service, action, cause, replaced }) =>
        stop(
          service.name,
          replaced.map((it) => it.id),
          action === 'leave' ? cause : 'replaced',
        ),
      ),
    ...listStandIns(host).map(({ service, containers, cause }) => ({
      ...stop(service, containers, cause),
      standIn: true as const,
    })),
    ...findOrphans(host).map(([service, containers]) =>
      stop(service, containers, orphanCause(host, service)),
    ),
  ]
}

function orphanCause({ observation: { directory } }: HostPlan, service: string): string {
  if (directory.app.elsewhere?.includes(service)) return 'it runs on other hosts'
  const isInactive = directory.app.inactive?.some(({ name }) => name === service)
  return isInactive ? 'its profile is no longer active' : 'no longer in the compose file'
}

/**
 * Without the old containers, the URL of the probe, every entrance that answered before and every domain of the front must
 * answer.
 */
export function planLastChecks(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const { directory, entrances: answered } = host.observation
  const domains = desired.probeUrl === false ? [] : listDomains(directory.app, desired.restores)
  const entrances = [...answered, ...domains.filter(({ url }) => answered.every((it) => it.url !== url))]
  const probe = probeTargetOf(host.observation, desired)
  const isProbedAgain = listOld(host).length > 0
  const others = entrances.filter(({ url }) => url !== probe?.url)
  const causeOf = (entrance: Entrance): string => {
    if (!answered.includes(entrance) && entrance.domain) return 'with a certificate'
    return isProbedAgain ? 'without the old containers' : 'it answered before the deploy'
  }
  return [...(probe !== undefined && isProbedAgain ? [probe] : []), ...others].map((entrance) => ({
    kind: 'check-url',
    host: host.observation.host,
    cause: causeOf(entrance),
    ...entrance,
  }))
}

/** The new containers must run on every host before one of them records the release. */
export function planContainerCheck({ observation: { host } }: HostPlan): NewStep {
  return { kind: 'check-containers', host, cause: 'before the release is recorded on any host' }
}

/** Removes the old containers. */
export function planRemovals(host: HostPlan): NewStep[] {
  return listOld(host).map((step) => ({
    ...step,
    kind: 'remove-old',
    cause: 'the new release is recorded',
  }))
}

/** Compares what runs at the end with the plan. */
export function planVerification(host: HostPlan): NewStep {
  return {
    kind: 'verify-release',
    host: host.observation.host,
    cause: 'before success is reported',
    services: host.decisions
      .filter(({ service }) => service.restarts && !isOneShot(host.observation.directory.app, service.name))
      .map(({ service, image, adoptedName }) => ({
        service: service.name,
        image: adoptedName ?? image,
        replicas: service.replicas,
      })),
  }
}

/** Removes images that no archived release needs. */
export function planCleaning(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const { observation, decisions } = host
  const names = unneededImageNames({
    project: observation.directory.app.project,
    images: observation.images,
    needed: [
      ...decisions.map((it) => it.image),
      ...pinnedImages({ services: {}, ...listInactive(host, desired) }),
    ],
    kept: chooseArchivedReleases(host, desired).kept,
    known: observation.directory.releases,
  })
  if (names.length === 0) return []
  return [{ kind: 'clean-images', host: observation.host, cause: 'no archived release needs them', names }]
}

function chooseArchivedReleases(host: HostPlan, desired: DesiredRelease) {
  const { releases } = host.observation.directory
  const { keep, restores } = desired
  return retainReleases({
    releases,
    restores: restores?.id,
    repeats: repeatedRelease(host, desired)?.id,
    keep,
  })
}

/** The current release, if a deploy made it and this one has the same content, such as after a change of `.env`. */
function repeatedRelease(host: HostPlan, { restores }: DesiredRelease): Release | undefined {
  const { current, observation } = host
  if (restores !== undefined || current === undefined || current.restores !== undefined) return undefined
  const files = Object.fromEntries(observation.files.map(({ path, sha256 }) => [path, sha256]))
  return isSameContent(current, { services: listReleasedServices(host), files }) ? current : undefined
}
