import { isOneShot } from '../model/app-model.ts'
import type { DesiredRelease } from '../model/observation.ts'
import { findOrphans, listReleasedServices, type HostPlan, type NewStep } from './plan-host.ts'
import { isSameContent, originalId, type Release } from '../model/release.ts'
import { retainReleases, unneededImageNames } from './retention.ts'

/**
 * The steps that nothing is undone after: the record on every host, and only then what makes way, so that a host whose
 * record cannot be written still has its old containers.
 */
export function planConclusion(
  hosts: readonly HostPlan[],
  desired: DesiredRelease,
  release: string,
): NewStep[] {
  return [
    ...hosts.map((host) => planRecord(host, desired, release)),
    ...hosts.flatMap(planStops),
    ...hosts.map(planVerification),
    ...hosts.flatMap((host) => planCleaning(host, desired)),
  ]
}

function planRecord(host: HostPlan, desired: DesiredRelease, release: string): NewStep {
  const { dropped, count } = chooseArchivedReleases(host, desired)
  const repeated = repeatedRelease(host, desired)
  const follows = repeated === undefined ? host.current && originalId(host.current) : repeated.follows
  return {
    kind: 'record-release',
    host: host.observation.host,
    cause: `keeps ${count} for rollback`,
    release,
    ...(follows === undefined ? {} : { follows }),
    services: listReleasedServices(host),
    dropReleases: dropped.map((it) => it.id),
  }
}

function planStops(host: HostPlan): NewStep[] {
  const stop = (service: string, containers: readonly string[], cause: string): NewStep => ({
    kind: 'stop-old',
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
    ...findOrphans(host).map(([service, containers]) =>
      stop(service, containers, 'no longer in the compose file'),
    ),
  ]
}

function planVerification(host: HostPlan): NewStep {
  return {
    kind: 'verify-release',
    host: host.observation.host,
    cause: 'success is what runs, not what was ordered',
    services: host.decisions
      .filter(({ service }) => service.restarts && !isOneShot(host.observation.directory.app, service.name))
      .map(({ service, image }) => ({ service: service.name, image, replicas: service.replicas })),
  }
}

function planCleaning(host: HostPlan, desired: DesiredRelease): NewStep[] {
  const { observation, decisions } = host
  const names = unneededImageNames({
    project: observation.directory.app.project,
    images: observation.images,
    needed: decisions.map((it) => it.image),
    kept: chooseArchivedReleases(host, desired).kept,
    known: observation.directory.releases,
  })
  if (names.length === 0) return []
  return [{ kind: 'clean-images', host: observation.host, cause: 'no kept release needs them', names }]
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

/** What serves, where a deploy made it and this one puts the same in place: services that had ended, a variable of `.env`. */
function repeatedRelease(host: HostPlan, { restores }: DesiredRelease): Release | undefined {
  const { current, observation } = host
  if (restores !== undefined || current === undefined || current.restores !== undefined) return undefined
  const files = Object.fromEntries(observation.files.map(({ path, sha256 }) => [path, sha256]))
  return isSameContent(current, { services: listReleasedServices(host), files }) ? current : undefined
}
