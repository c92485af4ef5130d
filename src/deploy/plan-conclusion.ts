import type { DesiredRelease } from './observation.ts'
import { orphans, releasedServices, type HostPlan, type NewStep } from './plan-host.ts'
import { releaseNumber } from './release.ts'
import { unneededImageNames } from './retention.ts'

/** The steps that nothing can go wrong after: the record, then what makes way. */
export const conclusion = (host: HostPlan, desired: DesiredRelease, release: string): NewStep[] => {
  const { observation, decisions } = host
  const base = { host: observation.host }
  const dropped = [...observation.facts.releases]
    .sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))
    .slice(Math.max(0, desired.keep - 1))
  const kept = observation.facts.releases.filter((it) => !dropped.includes(it))
  const steps: NewStep[] = [
    {
      ...base,
      kind: 'record-release',
      cause: `keeps ${Math.min(desired.keep, kept.length + 1)} for rollback`,
      release,
      services: releasedServices(host),
      dropReleases: dropped.map((it) => it.id),
    },
  ]
  for (const { service, action, replaced } of decisions) {
    if ((action === 'roll' || action === 'leave') && replaced.length > 0) {
      steps.push({
        ...base,
        kind: 'stop-old',
        cause: action === 'leave' ? 'left by an earlier deploy' : 'replaced',
        service: service.name,
        containers: replaced.map((it) => it.id),
      })
    }
  }
  for (const [service, containers] of orphans(host)) {
    steps.push({ ...base, kind: 'stop-old', cause: 'no longer in the compose file', service, containers })
  }
  const names = unneededImageNames({
    images: observation.images,
    needed: decisions.map((it) => it.image),
    kept,
    known: observation.facts.releases,
  })
  steps.push(
    names.length === 0
      ? { ...base, kind: 'prune-dangling', cause: 'after the deploy' }
      : { ...base, kind: 'clean-images', cause: 'no kept release needs them', names },
  )
  return steps
}
