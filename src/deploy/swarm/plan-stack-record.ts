import { pinnedName } from '../model/image-reference.ts'
import { isSameContent, originalId, type ReleasedService } from '../model/release.ts'
import type { NewStep } from '../plan/plan-host.ts'
import { retainReleases } from '../plan/retention.ts'
import type { StackPlanContext } from './stack-plan-context.ts'

/** The step that records the release. The nodes are those that are to pull: only those that did are recorded. */
export function planRecord(context: StackPlanContext): NewStep {
  const { observation, desired, current, nodes, release } = context
  const services = releasedServices(context)
  const files = Object.fromEntries(observation.files.map(({ path, sha256 }) => [path, sha256]))
  const isRepeated =
    desired.restores === undefined &&
    current !== undefined &&
    current.restores === undefined &&
    isSameContent(current, { services, files })
  const follows = isRepeated ? current.follows : current && originalId(current)
  const { dropped, count } = retainReleases({
    releases: observation.directory.releases,
    restores: desired.restores?.id,
    repeats: isRepeated ? current.id : undefined,
    keep: desired.keep,
  })
  return {
    kind: 'record-release',
    host: observation.host,
    cause: `archived releases for rollback: ${count}`,
    release,
    ...(follows === undefined ? {} : { follows }),
    services,
    nodes: Object.fromEntries(nodes.map(({ id, name }) => [id, name])),
    dropReleases: dropped.map(({ id }) => id),
  }
}

/** The services of the release by name, as they are recorded. */
export function releasedServices({
  observation,
  decisions,
}: Pick<StackPlanContext, 'observation' | 'decisions'>): Record<string, ReleasedService> {
  const services: Record<string, ReleasedService> = {}
  for (const { service, definitionHash, replicas } of decisions) {
    const resolved = observation.resolved.get(service)
    if (resolved === undefined) continue
    const { reference, digest } = resolved
    services[service] = {
      image: pinnedName(reference, digest),
      digest,
      ...(reference.tag === undefined ? {} : { tag: reference.tag }),
      replicas,
      definitionHash,
      configHash: '',
    }
  }
  return services
}
