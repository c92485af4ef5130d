import { keepTag } from './image-reference.ts'
import { notUndone } from './not-undone.ts'
import type { DesiredRelease, HostObservation } from './observation.ts'
import { conclusion } from './plan-conclusion.ts'
import { isUnchanged, planHost, releasedServices, type HostPlan, type NewStep } from './plan-host.ts'
import { tasks } from './plan-start.ts'
import { traffic } from './plan-traffic.ts'
import { warnings } from './plan-warnings.ts'
import type { Plan } from './plan.ts'
import { nextReleaseId } from './release.ts'

/**
 * Decides everything: which steps lead from what was observed to what is desired, in which order and why. Pure. Everything
 * that can fail without touching what serves comes first, on every host; then the traffic moves host by host; the old
 * containers go last, when nothing can fail any more.
 * Throws what planHost throws.
 */
export function makePlan(observations: readonly HostObservation[], desired: DesiredRelease): Plan {
  const hosts = observations.map((observation) => planHost(observation, desired))
  const release = nextReleaseId(observations.flatMap(({ facts }) => facts.usedReleaseIds))
  const unchanged = hosts.every(isUnchanged)
  const steps: NewStep[] = unchanged
    ? []
    : [
        ...hosts.flatMap((host) => pulls(host, desired)),
        ...hosts.flatMap((host) => placement(host)),
        ...hosts.slice(0, 1).flatMap((host) => tasks(host, desired, 'before')),
        ...hosts.flatMap((host, index) => traffic(host, desired, index === 0)),
        ...hosts.slice(0, 1).flatMap((host) => tasks(host, desired, 'after')),
        ...conclusion(hosts, desired, release),
      ]
  return {
    version: 1,
    release: unchanged ? (hosts[0]?.current?.id ?? release) : release,
    ...restoring(hosts, desired),
    app: desired.app,
    environment: desired.environment,
    unchanged,
    steps: steps.map((step, index) => ({ ...step, id: index + 1 })),
    images: hosts.slice(0, 1).flatMap((host) =>
      Object.entries(releasedServices(host)).map(([service, { image, digest, tag }]) => ({
        service,
        name: image.replace(/@.*$/, ''),
        digest,
        ...(tag === undefined ? {} : { tag }),
      })),
    ),
    warnings: [...new Set(hosts.flatMap((host) => warnings(host, desired)))],
    left: hosts.flatMap(({ observation, decisions }) =>
      decisions
        .filter((decision) => decision.action === 'leave')
        .map(({ service, cause }) => ({ host: observation.host, service: service.name, cause })),
    ),
  }
}

/** What a rollback is to, and what it leaves as it is; `.env` is read on the first host. */
function restoring(hosts: readonly HostPlan[], { restores }: DesiredRelease) {
  if (restores === undefined) return {}
  const { id, tag } = restores
  return {
    restores: { release: id, ...(tag === undefined ? {} : { tag }) },
    notUndone: notUndone(restores, hosts[0]?.observation.facts.envFile.keys ?? []),
  }
}

function pulls(host: HostPlan, { restores }: DesiredRelease): NewStep[] {
  const { observation, decisions } = host
  const wanted = new Map<string, string[]>()
  for (const { image, service } of decisions) {
    if (image.includes('@')) wanted.set(image, [...(wanted.get(image) ?? []), service.name])
  }
  const wantedTags = [...wanted].flatMap(([name, services]) => {
    const resolved = observation.resolved.get(services[0] ?? '')
    if (resolved === undefined) return []
    const tag = keepTag(resolved.reference, resolved.digest, observation.facts.app.project)
    const there = observation.images.find((image) => image.digests.includes(name))
    return there?.tags.includes(tag) === true ? [] : [{ name, services, resolved, tag, there }]
  })
  // A new release is pulled in any case, since an image of that digest may be there for another platform. One that ran
  // here is whole, and its registry need not be asked. It gets its tag before what has none is pruned.
  const tagged = restores === undefined ? [] : wantedTags.filter(({ there }) => there !== undefined)
  const pulled = wantedTags.filter((it) => !tagged.includes(it))
  const dangling = observation.images.some((image) => image.tags.length === 0)
  const { host: name } = observation
  return [
    ...tagged.map((image): NewStep => ({
      kind: 'keep-image',
      host: name,
      cause: 'not kept there any more',
      name: image.name,
      keepTag: image.tag,
      services: image.services,
    })),
    ...(dangling && pulled.length > 0
      ? [{ kind: 'prune-dangling', host: name, cause: 'makes room before the pull' } as const]
      : []),
    ...pulled.map(({ name: image, services, resolved, tag, there }): NewStep => ({
      kind: 'pull-image',
      host: name,
      cause: pullCause(there !== undefined, restores),
      name: image,
      keepTag: tag,
      tag: resolved.reference.tag,
      sizeBytes: resolved.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      services,
    })),
  ]
}

function pullCause(isThere: boolean, restores: DesiredRelease['restores']): string {
  if (isThere) return 'not kept there yet'
  return restores === undefined ? 'not on the host' : `no longer on the host, and ${restores.id} needs it`
}

function placement(host: HostPlan): NewStep[] {
  const { observation, files } = host
  if (files.changed.length === 0 && files.removed.length === 0) return []
  const first = host.current === undefined
  return [
    {
      kind: 'place-files',
      host: observation.host,
      cause: first ? 'first release by dray here' : changesOf(host),
      ...files,
    },
  ]
}

function changesOf({ observation, files }: HostPlan): string {
  const differ = `${files.changed.length} of ${observation.files.length} files differ`
  const gone = `${files.removed.length} no longer part of the app`
  return [files.changed.length > 0 ? differ : [], files.removed.length > 0 ? gone : []].flat().join(', ')
}
